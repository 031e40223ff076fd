import type { EntityRef } from '../contract/adapter';
import type { Envelope } from '../contract/hierarchy';
import { type Fields, type Json, relationTarget } from '../contract/schema';
import type { ChangeSet, DeletePayload, MergeStrategy, UpdatePayload } from '../contract/wire';
import type { Draft } from '../state/draft';
import type { EntityState } from '../state/entity-state';
import type { EntityStore } from '../state/entity-store';
import { refsOf } from '../state/change-set';
import { at, copyFields, equalJson, forEach, inner, mergeJson, own, setField, table } from '../state/json';
import { entries, hasOwn, keys } from '../state/objects';
import { idsOf } from './managed-path';
import type { Stamps } from './stamps';

/** What another workflow of the hierarchy says, in this workflow's names. */
export interface Received extends Pick<UpdatePayload, 'updates' | 'unset' | 'strategy'> {
  readonly deletions?: DeletePayload['deletions'];
}

/** What came of it. */
export interface Reception {
  readonly changes: ChangeSet;
  /** What was said and held already, but is newer now: the others have to know. */
  readonly confirmed: ChangeSet;
  /**
   * What was written here because of it: entities that the other one removed and that stay, relations that held
   * one which is gone. Everybody hears of it, also who sent.
   */
  readonly written: ChangeSet;
  /** Fields that are newer here, and other than what was said. */
  readonly refused: readonly FieldRef[];
}

/** One field of an entity. */
export type FieldRef = readonly [name: string, id: string, field: string];

/**
 * Takes in what another workflow changed, field by field: of two changes to one field the later one stands. What
 * one of this workflow's own sources gives, only that source takes away. Entities that the schema does not have
 * are none of its business.
 */
export function receive(state: EntityState, stamps: Stamps, what: Received, envelope: Envelope): Reception {
  const { store } = state;
  const { updates, unset, deletions, strategy } = what;
  const isKnown = (name: string): boolean => hasOwn(store.schema, name);
  const draft = store.draft();
  const latest = stamps.heard(envelope.at);
  const when = (name: string, id: string, field: string): number => {
    const times = at(envelope.stamps, name, id);
    const time = typeof times === 'object' ? own(times, field) : times;
    return Math.min(time ?? latest, latest);
  };
  const written: FieldRef[] = [];
  const confirmed: FieldRef[] = [];
  const refused: FieldRef[] = [];
  const removed: EntityRef[] = [];
  const confirmedRemoved: EntityRef[] = [];
  for (const ref of refsOf(deletions)) {
    const { name, id } = ref;
    if (!isKnown(name) || state.isRoot(name, id)) continue;
    const held = store.get(name, id);
    const isGiven = state.provenance(name, id).length > 0;
    if (isParting(what, envelope)) {
      if (!held || isGiven) continue;
      draft.put(name, id, undefined);
      stamps.part(ref);
      continue;
    }
    const time = when(name, id, '');
    const since = stamps.latest(name, id);
    if (!held) {
      if (time <= since) continue;
      // It may come from somebody who has not heard of that either.
      stamps.remove(name, id, time);
      confirmedRemoved.push(ref);
    } else if (isGiven || (since > 0 && time <= since && keys(held).length > 0)) {
      for (const field of keys(held)) written.push([name, id, field]);
      stamps.outlive(name, id, time);
    } else {
      draft.put(name, id, undefined);
      removed.push(ref);
      // Later than that may be only that a field went: nothing is left to outlive it.
      if (time > since) stamps.remove(name, id, time);
      else stamps.outlive(name, id, time);
    }
  }
  store.dropReferences(draft, removed);
  for (const [name, changed] of draft.changes)
    for (const [id, fields = {}] of changed)
      for (const field of keys(fields))
        if (fields[field] !== own(store.get(name, id), field)) written.push([name, id, field]);
  /** What was no part of this workflow any more, and is given again. */
  const returning: (readonly [EntityRef, Fields])[] = [];
  forEach(updates, (name, id, given) => {
    if (!isKnown(name)) return;
    const held = draft.get(name, id);
    const next = copyFields(held);
    let isChanged = !held && stamps.latest(name, id) === 0;
    for (const [field, value] of fieldsOf(given, held, at(unset, name, id), strategy)) {
      const ref: FieldRef = [name, id, field];
      const time = when(...ref);
      const before = own(held, field);
      const after = value !== undefined && strategy === '$merge' ? mergeJson(before, value) : value;
      const isEqual = equalJson(before, after);
      if (!stands(before, after, isEqual, time - stamps.of(...ref))) {
        // It went with a removal that the rest of the entity outlived: who sent it may not have heard of that.
        if (held && before === undefined && time < stamps.removedAt(name, id)) written.push(ref);
        else if (held && !isEqual) refused.push(ref);
        continue;
      }
      if (time > 0) stamps.write(...ref, time);
      if (isEqual) confirmed.push(ref);
      else isChanged = true;
      if (after === undefined) delete next[field];
      else setField(next, field, after);
    }
    if (!isChanged) return;
    if (!held && stamps.hasParted({ name, id })) returning.push([{ name, id }, next]);
    else draft.put(name, id, next);
  });
  for (const [ref, fields] of returning)
    if (leadsTo(ref, draft, store)) {
      draft.put(ref.name, ref.id, fields);
      stamps.rejoin(ref);
    } else
      // It was on its way when it parted: the relation that came with it is older than the one that stands.
      stamps.part(ref);
  const changes = state.commit(draft, envelope.from);
  if (written.length > 0) {
    const now = stamps.tick();
    for (const ref of written) stamps.write(...ref, now);
  }
  return {
    changes,
    confirmed: changesOf(store, confirmed, confirmedRemoved),
    written: changesOf(store, written),
    refused,
  };
}

/**
 * Whether what is removed is only no part any more of what this workflow holds: then it has no time of removal,
 * and may be there still, for others.
 */
export const isParting = ({ deletions }: Received, { at }: Envelope): boolean =>
  deletions !== undefined && at === undefined;

/** Whether a relation of any entity leads to this one. */
function leadsTo({ name, id }: EntityRef, draft: Draft, { schema, entities }: EntityStore): boolean {
  return entries(schema).some(([holder, { relations = {} }]) =>
    entries(relations).some(
      ([field, relation]) =>
        relationTarget(relation) === name &&
        [...keys(entities[holder] ?? {}), ...(draft.changes.get(holder)?.keys() ?? [])].some((key) =>
          idsOf(own(draft.get(holder, key), field)).includes(id),
        ),
    ),
  );
}

/** Fields of entities as they are now, to be told whether or not they changed. */
function changesOf(store: EntityStore, fields: readonly FieldRef[], deletes: EntityRef[] = []): ChangeSet {
  const upserts = table<Record<string, Record<string, Json>>>();
  const unset = table<Record<string, string[]>>();
  for (const [name, id, field] of fields) {
    const value = own(store.get(name, id), field);
    const set = (inner(upserts, name)[id] ??= {});
    if (value === undefined) (inner(unset, name)[id] ??= []).push(field);
    else setField(set, field, value);
  }
  return { upserts, unset, deletes };
}

/** The fields that are written; `undefined` for those that go away. */
function fieldsOf(
  given: Fields,
  held: Fields = {},
  unset: readonly string[] = [],
  strategy: MergeStrategy | undefined,
): Map<string, Json | undefined> {
  const gone = strategy === '$replace' ? [...unset, ...keys(held)] : unset;
  const fields = new Map<string, Json | undefined>(gone.map((field) => [field, undefined]));
  for (const field of keys(given)) fields.set(field, given[field]);
  return fields;
}

/** Whether a value takes the place of another: the later one, and of two that are equally late the greater one. */
const stands = (before: unknown, after: unknown, isEqual: boolean, later: number): boolean =>
  later === 0 ? !isEqual && (JSON.stringify(after) ?? '') > (JSON.stringify(before) ?? '') : later > 0;
