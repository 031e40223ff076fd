import type { EntityRef } from '../contract/adapter';
import type { Envelope } from '../contract/hierarchy';
import type { Fields, Json } from '../contract/schema';
import type { ChangeSet, DeletePayload, MergeStrategy, UpdatePayload } from '../contract/wire';
import type { EntityState } from '../state/entity-state';
import type { EntityStore } from '../state/entity-store';
import { copyFields, equalJson, inner, mergeJson, own, setField, table } from '../state/json';
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
  const { store, root } = state;
  const draft = store.draft();
  const latest = stamps.heard(envelope.at);
  const when = (name: string, id: string, field: string): number => {
    const at = own(own(envelope.stamps, name), id);
    const time = typeof at === 'object' ? own(at, field) : at;
    return time === undefined ? latest : Math.min(time, latest);
  };
  const written = new FieldList();
  const confirmed = new FieldList();
  const removed: EntityRef[] = [];
  const refused: FieldRef[] = [];
  for (const [name, ids] of Object.entries(what.deletions ?? {})) {
    for (const id of ids) {
      if (!Object.hasOwn(store.schema, name) || (name === root.name && id === root.id)) continue;
      const held = store.get(name, id);
      const isGiven = state.provenance(name, id).length > 0;
      if (isParting(what, envelope)) {
        if (held === undefined || isGiven) continue;
        draft.put(name, id, undefined);
        stamps.forget(name, id);
        continue;
      }
      const at = when(name, id, '');
      const since = stamps.latest(name, id);
      if (held === undefined) {
        if (at <= since) continue;
        // It may come from somebody who has not heard of that either.
        stamps.remove(name, id, at);
        confirmed.removed.push({ name, id });
      } else if (isGiven || (since > 0 && at <= since)) {
        for (const field of Object.keys(held)) written.add(name, id, field);
        stamps.outlive(name, id, at);
      } else {
        draft.put(name, id, undefined);
        removed.push({ name, id });
        stamps.remove(name, id, at);
      }
    }
  }
  store.dropReferences(draft, removed);
  for (const [name, entities] of draft.changes)
    for (const [id, fields] of entities)
      for (const field of Object.keys(fields ?? {}))
        if (fields?.[field] !== own(store.get(name, id), field)) written.add(name, id, field);
  for (const [name, entities] of Object.entries(what.updates ?? {})) {
    if (!Object.hasOwn(store.schema, name)) continue;
    for (const [id, given] of Object.entries(entities)) {
      const held = draft.get(name, id);
      const next = copyFields(held);
      let changed = held === undefined && stamps.latest(name, id) === 0;
      const taken = fieldsOf(given, held, own(own(what.unset, name), id), what.strategy);
      for (const [field, value] of taken) {
        const at = when(name, id, field);
        const before = own(held, field);
        const after = value !== undefined && what.strategy === '$merge' ? mergeJson(before, value) : value;
        if (!stands(before, after, at - stamps.of(name, id, field))) {
          // It went with a removal that the rest of the entity outlived: who sent it may not have heard of that.
          if (held !== undefined && before === undefined && at < stamps.removedAt(name, id))
            written.add(name, id, field);
          else if (held !== undefined && !equalJson(before, after)) refused.push([name, id, field]);
          continue;
        }
        if (at > 0) stamps.write(name, id, field, at);
        if (equalJson(before, after)) confirmed.add(name, id, field);
        else changed = true;
        if (after === undefined) delete next[field];
        else setField(next, field, after);
      }
      if (changed) draft.put(name, id, next);
    }
  }
  const changes = state.commit(draft, envelope.from);
  if (!written.isEmpty) {
    const now = stamps.tick();
    for (const [name, id, field] of written.all) stamps.write(name, id, field, now);
  }
  return { changes, confirmed: confirmed.changes(store), written: written.changes(store), refused };
}

/**
 * Whether what is removed is only no part any more of what this workflow holds: then it has no time of removal,
 * and may be there still, for others.
 */
export const isParting = ({ deletions }: Received, { at }: Envelope): boolean =>
  deletions !== undefined && at === undefined;

/** Fields of entities, to be told whether or not they changed. */
class FieldList {
  readonly all: FieldRef[] = [];
  readonly removed: EntityRef[] = [];

  get isEmpty(): boolean {
    return this.all.length === 0;
  }

  add(name: string, id: string, field: string): void {
    this.all.push([name, id, field]);
  }

  /** As they are now. */
  changes(store: EntityStore): ChangeSet {
    const upserts = table<Record<string, Record<string, Json>>>();
    const unset = table<Record<string, string[]>>();
    for (const [name, id, field] of this.all) {
      const value = own(store.get(name, id), field);
      const set = (inner(upserts, name)[id] ??= {});
      if (value === undefined) (inner(unset, name)[id] ??= []).push(field);
      else setField(set, field, value);
    }
    return { upserts, unset, deletes: this.removed };
  }
}

/** The fields that are written; `undefined` for those that go away. */
function fieldsOf(
  given: Fields,
  held: Fields | undefined,
  unset: readonly string[] = [],
  strategy: MergeStrategy | undefined,
): Map<string, Json | undefined> {
  const fields = new Map<string, Json | undefined>(unset.map((field) => [field, undefined]));
  if (strategy === '$replace')
    for (const field of Object.keys(held ?? {}))
      if (!Object.hasOwn(given, field)) fields.set(field, undefined);
  for (const field of Object.keys(given)) fields.set(field, given[field]);
  return fields;
}

/** Whether a value takes the place of another: the later one, and of two that are equally late the greater one. */
function stands(before: Json | undefined, after: Json | undefined, later: number): boolean {
  if (later !== 0) return later > 0;
  if (equalJson(before, after)) return false;
  return (JSON.stringify(after) ?? '') > (JSON.stringify(before) ?? '');
}
