import { has } from '../base/patches';
import type { EntityRef } from '../contract/adapter';
import { StatefulWorkflowError } from '../contract/errors';
import { type Entities, type Fields, type Json, relationTarget, type Schema } from '../contract/schema';
import { type ManagedPath, managedPaths, nameOfChild } from '../hierarchy/managed-path';
import { denormalize } from '../state/denormalize';
import { EntityState } from '../state/entity-state';
import { EntityStore } from '../state/entity-store';
import { equalJson, forEach, inner, own, setField, table } from '../state/json';
import { entries, fromEntries, hasOwn, keys, values } from '../state/objects';
import type { CarriedChild } from '../hierarchy/child-record';
import type { CarriedView } from '../state/source-view';
import type { Carried } from './carry';
import type { Declared } from './declared';
import type { CarriedSource } from './source-state';

/** By which options of a path, and by what it leads to, its children get their names. */
const NAMING = ['target', 'entityName', 'includeParentId', 'idAttribute'] as const;

/** What a run is handed, as its class takes it. */
export interface HandedOver {
  readonly carried: Carried;
  readonly state?: Entities;
  /** Managed paths that the class no longer has, whose children are to be let go. */
  readonly formerPaths: readonly ManagedPath[];
}

/**
 * Adapts what a run was handed to a class that has been changed since.
 *
 * ## Rules
 * - Nothing is removed of what the class can hold: of kinds of entity that its schema no longer has, what nothing leads to
 *   goes. What a source gave that is gone stays as if somebody had written it.
 * - A source that has another name and is the same otherwise is the one it was.
 * - A source that asks for something else begins from the start: what it gave last is compared with what it gives next, so
 *   that what it no longer gives is removed, within `maxDeleteRatio`.
 * - Where the schema has become another one, entities are nested into those that lead to them as the schema was, and taken
 *   in again as it is.
 * - Children keep the names that they have where their path calls them otherwise. Those of items that have become other
 *   entities are let go, as are those of a path that is gone.
 *
 * @param now what the class declares
 * @param keepsNames whether children keep their names: runs of the first versions took them by the names that they would get
 */
export function adapted(
  { carried, state = {} }: { readonly carried: Carried; readonly state?: Entities },
  now: Declared | undefined,
  root: EntityRef,
  keepsNames: () => boolean = () => has('keptNames'),
): HandedOver {
  const { declared: before } = carried;
  if (!before || !now || equalJson(before, now)) return { carried, state, formerPaths: [] };
  const schemas = [before, now].map(({ schema }) => schema ?? { [root.name]: {} }) as [Schema, Schema];
  const { sources, views, isNew } = sourcesOf(carried, before.sources ?? {}, now.sources ?? {});
  const isReshaped = !equalJson(...schemas);
  const former = pathsOf(before, schemas[0], root.name);
  const current = pathsOf(now, schemas[1], root.name);
  const isRenamed = ({ field, ...was }: ManagedPath): boolean => {
    const is = own(current, field);
    return (
      is !== undefined &&
      NAMING.some((option) => !equalJson(was[option] || undefined, is[option] || undefined))
    );
  };
  const renamed = values(former).filter(isRenamed);
  const keeps = renamed.length > 0 && keepsNames();
  const goesOn = ({ field, target }: ManagedPath): boolean =>
    hasOwn(current, field) && (!keeps || current[field]?.target === target);
  return {
    carried: {
      ...carried,
      hierarchy: keeps ? named(carried.hierarchy, renamed, root.id) : carried.hierarchy,
      sources: isReshaped
        ? fromEntries(entries(sources).map(([name, known]) => [name, fromStart(known)]))
        : sources,
      views: isReshaped
        ? fromEntries(entries(views).map(([name, view]) => [name, viewIn(view, ...schemas)]))
        : views,
      inbox: isNew || isReshaped ? [...new Set([...(carried.inbox ?? []), 'start' as const])] : carried.inbox,
    },
    state: isReshaped ? reshaped(state, ...schemas, root) : state,
    formerPaths: values(former)
      .filter((path) => !goesOn(path))
      .map((path) => ({ ...path, onRemoved: 'keep' })),
  };
}

type Sources = NonNullable<Declared['sources']>;

function sourcesOf(
  { sources: known = {}, views = {} }: Carried,
  before: Sources,
  now: Sources,
): {
  readonly sources: Readonly<Record<string, CarriedSource>>;
  readonly views: Readonly<Record<string, CarriedView>>;
  readonly isNew: boolean;
} {
  const removed = new Set(keys(before).filter((name) => !hasOwn(now, name)));
  const sources = table<CarriedSource>();
  for (const [name, source] of entries(known)) if (!hasOwn(before, name)) setField(sources, name, source);
  const renamed = new Map<string, string>();
  let isNew = false;
  for (const [name, source] of entries(now)) {
    const was = own(before, name);
    const former = was ? name : [...removed].find((other) => asksTheSame(own(before, other), source));
    const state = former === undefined ? undefined : own(known, former);
    if (former !== undefined && former !== name) renamed.set(former, name);
    if (former !== undefined) removed.delete(former);
    const isSame = former !== undefined && asksTheSame(own(before, former), source);
    if (state) setField(sources, name, isSame ? state : fromStart(state));
    isNew ||= !isSame;
  }
  const kept = entries(views).filter(([name]) => !removed.has(name));
  return {
    sources,
    views: fromEntries(kept.map(([name, view]) => [renamed.get(name) ?? name, view])),
    isNew,
  };
}

/** Whether two sources give the same records, into the same place. */
function asksTheSame(one: Sources[string] | undefined, other: Sources[string]): boolean {
  return (
    one !== undefined &&
    (['adapter', 'into', 'asks', 'apiUrl', 'credential'] as const).every(
      (field) => one[field] === other[field],
    )
  );
}

/** What is known of a source that is to be read from the start. */
const fromStart = (known: CarriedSource): CarriedSource => ({
  ...known,
  checkpoint: undefined,
  retryAt: undefined,
  // What somebody has let the source remove was about what it asked for then.
  acceptsDeletions: undefined,
  refusedSweep: undefined,
});

/** What a source gave of the kinds of entity whose ids are what they were. */
function viewIn(view: CarriedView, before: Schema, now: Schema): CarriedView {
  const isKept = ([name]: readonly [string, unknown]): boolean => hasSameIds(name, before, now);
  return {
    ...view,
    given: fromEntries(entries(view.given).filter(isKept)),
    base: view.base && fromEntries(entries(view.base).filter(isKept)),
  };
}

function hasSameIds(name: string, before: Schema, now: Schema): boolean {
  const [was, is] = [own(before, name), own(now, name)];
  return !!was && !!is && equalJson(was.idAttribute ?? 'id', is.idAttribute ?? 'id');
}

/** The entities of one schema, as another one has them. */
function reshaped(state: Entities, before: Schema, now: Schema, root: EntityRef): Entities {
  const held = new EntityStore(before, state);
  const written = (target: string, given: Json): Json => {
    const write = (id: string): Json => (denormalize(held, before, target, id) ?? id) as Json;
    return Array.isArray(given) ? given.map(write) : typeof given === 'string' ? write(given) : given;
  };
  /** The fields of an entity, with what is no relation any more, or one to other ids, written out. */
  const nested = (name: string, fields: Fields): Fields => {
    const value: Record<string, Json> = {};
    for (const [field, given] of entries(fields)) {
      const was = own(own(before, name)?.relations, field);
      const target = was && relationTarget(was);
      const isSame =
        target === undefined ||
        (equalJson(was, own(own(now, name)?.relations, field)) && hasSameIds(target, before, now));
      setField(value, field, isSame ? given : written(target, given));
    }
    return value;
  };
  const updates = table<Record<string, Fields>>();
  const anew: (readonly [name: string, record: Fields])[] = [];
  forEach(state, (name, id, fields) => {
    if (!hasOwn(now, name)) return;
    const isRoot = name === root.name && id === root.id;
    if (isRoot || hasSameIds(name, before, now)) inner(updates, name)[id] = nested(name, fields);
    else anew.push([name, nested(name, fields)]);
  });
  const after = new EntityState(root, now);
  after.seed({ state: updates });
  for (const [name, record] of anew) takeIfNamed(after.store, name, record);
  return after.store.entities;
}

/** Takes in an entity whose id is in another field now; one that lacks it comes with the next load. */
function takeIfNamed(store: EntityStore, name: string, record: Fields): void {
  try {
    store.upsert(name, [record]);
  } catch (error) {
    if (!(error instanceof StatefulWorkflowError)) throw error;
  }
}

/** The managed paths of a class, by their fields. */
function pathsOf(
  { managedPaths: declared }: Declared,
  schema: Schema,
  root: string,
): Record<string, ManagedPath> {
  // Their functions do not matter here, nor whose credential it is.
  const none = { condition: undefined, processData: undefined, formerly: undefined, credentials: undefined };
  const plain =
    typeof declared === 'object'
      ? fromEntries(entries(declared).map(([field, path]) => [field, { ...path, ...none }]))
      : declared;
  return fromEntries(managedPaths(plain, schema, root).map((path) => [path.field, path]));
}

/** Children with the names that they have, which their paths would give others no more. */
function named(
  hierarchy: Carried['hierarchy'],
  paths: readonly ManagedPath[],
  rootId: string,
): Carried['hierarchy'] {
  const children = hierarchy?.children;
  if (!children) return hierarchy;
  const called = (path: ManagedPath, { item, id = item, ...child }: CarriedChild): CarriedChild => {
    const { entityName } = path;
    return { named: { workflowId: nameOfChild(path, id, rootId), entityName }, ...child, item, id };
  };
  const renamed = paths.map(
    (path) =>
      [path.field, (own(children.paths, path.field) ?? []).map((child) => called(path, child))] as const,
  );
  return { ...hierarchy, children: { paths: { ...children.paths, ...fromEntries(renamed) } } };
}
