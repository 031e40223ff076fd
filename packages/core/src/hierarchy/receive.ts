import type { EntityRef } from '../contract/adapter';
import type { Envelope } from '../contract/hierarchy';
import type { Fields, Json } from '../contract/schema';
import type { ChangeSet, DeletePayload, MergeStrategy, UpdatePayload } from '../contract/wire';
import type { EntityState } from '../state/entity-state';
import { copyFields, equalJson, mergeJson, own, setField } from '../state/json';
import type { Stamps } from './stamps';

/** What another workflow of the hierarchy says, in this workflow's names. */
export interface Received extends Pick<UpdatePayload, 'updates' | 'unset' | 'strategy'> {
  readonly deletions?: DeletePayload['deletions'];
}

/** What came of it. */
export interface Reception {
  readonly changes: ChangeSet;
  /** Entities that the other one removed, and that were changed here since: it gets them back. */
  readonly returned: readonly EntityRef[];
}

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
  const returned: EntityRef[] = [];
  const removed: EntityRef[] = [];
  for (const [name, ids] of Object.entries(what.deletions ?? {})) {
    for (const id of ids) {
      const isRoot = name === root.name && id === root.id;
      if (isRoot || store.get(name, id) === undefined || state.provenance(name, id).length > 0) continue;
      const at = when(name, id, '');
      const written = stamps.latest(name, id);
      if (at >= written) {
        draft.put(name, id, undefined);
        removed.push({ name, id });
        stamps.writeAll(name, id, at);
      } else {
        stamps.writeAll(name, id, written);
        returned.push({ name, id });
      }
    }
  }
  store.dropReferences(draft, removed);
  for (const [name, entities] of draft.changes)
    for (const [id, fields] of entities)
      for (const field of Object.keys(fields ?? {}))
        if (fields?.[field] !== own(store.get(name, id), field)) stamps.write(name, id, field, latest);
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
        if (!stands(before, after, at - stamps.of(name, id, field))) continue;
        if (at > 0) stamps.write(name, id, field, at);
        changed = true;
        if (after === undefined) delete next[field];
        else setField(next, field, after);
      }
      if (changed) draft.put(name, id, next);
    }
  }
  return { changes: state.commit(draft, envelope.from), returned };
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
