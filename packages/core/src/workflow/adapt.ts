import type { EntityRef } from '../contract/adapter';
import { StatefulWorkflowError } from '../contract/errors';
import { type Entities, type Fields, type Json, relationTarget, type Schema } from '../contract/schema';
import { type ManagedPath, managedPaths } from '../hierarchy/managed-path';
import { denormalize } from '../state/denormalize';
import { EntityState } from '../state/entity-state';
import { EntityStore } from '../state/entity-store';
import { equalJson, forEach, inner, own, setField, table } from '../state/json';
import { entries, fromEntries, hasOwn, keys } from '../state/objects';
import type { CarriedView } from '../state/source-view';
import type { Carried } from './carry';
import type { Declared } from './declared';
import type { CarriedSource } from './source-state';

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
 *
 * @param now what the class declares
 */
export function adapted(
  { carried, state = {} }: { readonly carried: Carried; readonly state?: Entities },
  now: Declared | undefined,
  root: EntityRef,
): HandedOver {
  const { declared: before } = carried;
  if (!before || !now || equalJson(before, now)) return { carried, state, formerPaths: [] };
  const schemas = [before, now].map(({ schema }) => schema ?? { [root.name]: {} }) as [Schema, Schema];
  const { sources, views, isNew } = sourcesOf(carried, before.sources ?? {}, now.sources ?? {});
  const isReshaped = !equalJson(...schemas);
  return {
    carried: {
      ...carried,
      sources: isReshaped
        ? fromEntries(entries(sources).map(([name, known]) => [name, fromStart(known)]))
        : sources,
      views: isReshaped
        ? fromEntries(entries(views).map(([name, view]) => [name, viewIn(view, ...schemas)]))
        : views,
      inbox: isNew || isReshaped ? [...new Set([...(carried.inbox ?? []), 'start' as const])] : carried.inbox,
    },
    state: isReshaped ? reshaped(state, ...schemas, root) : state,
    formerPaths: formerPaths(before, now, schemas[0], root.name),
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

/** Managed paths that a class had and no longer has. Their children go on by themselves. */
function formerPaths(before: Declared, now: Declared, schema: Schema, root: string): ManagedPath[] {
  const current = new Set(fieldsOf(now, root));
  const { managedPaths: declared } = before;
  // Their functions do not matter any more, nor whose credential it was.
  const plain =
    typeof declared === 'object'
      ? fromEntries(
          entries(declared).map(([field, path]) => [
            field,
            {
              ...path,
              condition: undefined,
              processData: undefined,
              formerly: undefined,
              credentials: undefined,
            },
          ]),
        )
      : declared;
  const former = managedPaths(plain, schema, root).filter(({ field }) => !current.has(field));
  return former.map((path) => ({ ...path, onRemoved: 'keep' }));
}

/** The fields of the managed paths that a class has. */
function fieldsOf({ managedPaths: declared = {}, schema }: Declared, root: string): string[] {
  if (declared === true) return keys(own(schema, root)?.relations ?? {});
  return keys(declared).filter((field) => !own(declared, field)?.retired);
}
