import type { EntityRef } from '../contract/adapter';
import { InvalidInputError } from '../contract/errors';
import type { ListEdit, ListEdits } from '../contract/hierarchy';
import { checkId, checkIds } from '../contract/payloads';
import {
  type Entities,
  type Fields,
  isMany,
  type Json,
  type Relation,
  relationTarget,
  type Schema,
} from '../contract/schema';
import type { UpdatePayload } from '../contract/wire';
import type { Draft, Held } from './draft';
import { identify } from './identify';
import { at, equalJson, forEach, inner, isPlainObject, own, table } from './json';
import { entries, fromEntries, keys } from './objects';

/** Of which entity an update changes lists, and what it may know of it. */
export interface EditTarget {
  readonly root: EntityRef;
  /** The id of a record of the root's kind without one. */
  readonly rootId: (name: string, record: unknown) => string | undefined;
  readonly store: Held & { readonly schema: Schema };
  /** Whether nothing is made of a list that is not there where something is taken out of it. Asked only where it matters. */
  readonly leavesAbsent: () => boolean;
}

/**
 * Adds to lists of an entity, and takes out of them, whatever else they hold.
 *
 * @returns what was done to which list; not to one that the same update gives whole
 * @throws InvalidInputError that names the field and the fix
 */
export function editLists(
  draft: Draft,
  { root, rootId, store, leavesAbsent }: EditTarget,
  payload: UpdatePayload,
): ListEdits | undefined {
  const { entityName: name, add = {}, remove = {}, strategy = '$merge' } = payload;
  const fields = [...new Set([...keys(add), ...keys(remove)])];
  if (fields.length === 0) return undefined;
  const id = idIn(payload, root, store.schema, rootId);
  const given = draft.get(name, id);
  const edits = table<ListEdit>();
  for (const field of fields) {
    const part = own(add, field) === undefined ? 'remove' : 'add';
    const relation = listIn(store.schema, name, field, `${part}.${field}`);
    const edit: ListEdit = {
      add: draft.relate(relation, own(add, field) ?? [], strategy, `add.${field}`) as readonly string[],
      remove: checkIds(own(remove, field) ?? [], `remove.${field}`),
    };
    const both = edit.remove?.find((item) => edit.add?.includes(item));
    if (both !== undefined)
      throw new InvalidInputError(
        `remove.${field}`,
        `names "${both.slice(0, 80)}", which add.${field} adds`,
        'Name it in one of them',
      );
    editList(draft, { name, id }, field, edit, leavesAbsent);
    if (equalJson(own(given, field), own(store.get(name, id), field))) edits[field] = edit;
  }
  return keys(edits).length > 0 ? { [name]: { [id]: edits } } : undefined;
}

/** Adds to one list, and takes out of it. @param leavesAbsent see {@link EditTarget} */
export function editList(
  draft: Draft,
  { name, id }: EntityRef,
  field: string,
  edit: ListEdit,
  leavesAbsent: EditTarget['leavesAbsent'],
): void {
  // It may have come to be by what is added.
  const held = draft.get(name, id);
  const list = own(held, field);
  if (list === undefined && !edit.add?.length && leavesAbsent()) return;
  const next = edited(Array.isArray(list) ? (list as readonly string[]) : [], edit);
  if (!equalJson(list, next)) draft.put(name, id, { ...held, [field]: next as Json });
}

/** A list after something was added to it and taken out of it. */
function edited(list: readonly string[], { add = [], remove = [] }: ListEdit): readonly string[] {
  const gone = new Set(remove);
  return [...new Set([...list.filter((item) => !gone.has(item)), ...add])];
}

/** One edit that does what two do, one after the other. */
export function joined(first: ListEdit | undefined, then: ListEdit): ListEdit {
  const { add = [], remove = [] } = then;
  const items = table<Record<string, Fields>>();
  for (const some of [first?.items, then.items])
    forEach(some, (name, id, fields) => (inner(items, name)[id] = { ...at(items, name, id), ...fields }));
  return {
    add: edited(first?.add ?? [], then),
    remove: edited(first?.remove ?? [], { add: remove, remove: add }),
    items: keys(items).length > 0 ? items : undefined,
  };
}

/** Every list that is edited. */
export function* editsIn(
  edits: ListEdits = {},
): IterableIterator<readonly [ref: EntityRef, field: string, edit: ListEdit]> {
  for (const [name, some] of entries(edits))
    for (const [id, fields] of entries(some))
      for (const [field, edit] of entries(fields)) yield [{ name, id }, field, edit];
}

/**
 * What was given of that which an edit adds.
 *
 * @param isGiven which entities those are
 */
export function itemsOf(
  { add = [] }: ListEdit,
  relation: Relation | undefined,
  store: EditTarget['store'],
  isGiven: (ref: EntityRef) => readonly string[],
): Entities | undefined {
  const items = table<Record<string, Fields>>();
  const visit = (to: Relation, ids: readonly string[]): void => {
    const name = relationTarget(to);
    for (const id of ids) {
      const fields = isGiven({ name, id });
      const held = store.get(name, id);
      if (!held || fields.length === 0 || at(items, name, id)) continue;
      inner(items, name)[id] = fromEntries(entries(held).filter(([field]) => fields.includes(field)));
      for (const [field, next] of entries(own(store.schema, name)?.relations ?? {}))
        visit(next, [own(held, field) ?? []].flat() as string[]);
    }
  };
  if (relation) visit(relation, add);
  return keys(items).length > 0 ? items : undefined;
}

/** The entity whose lists are meant. */
function idIn(
  { entityName: name, id, data }: UpdatePayload,
  root: EntityRef,
  schema: Schema,
  rootId: EditTarget['rootId'],
): string {
  if (id !== undefined) return checkId(id, 'id');
  if (isPlainObject(data)) return rootId(name, data) ?? identify(data, own(schema, name), 'data');
  if (name === root.name) return root.id;
  throw new InvalidInputError(
    'id',
    `is missing, and ${name} is not the root entity of this workflow`,
    `Give the id of the ${name} whose lists are meant, as in { entityName: "${name}", id: "…", add: { … } }`,
  );
}

/** @throws InvalidInputError for what is no list of the entity's */
function listIn(schema: Schema, name: string, field: string, place: string): Relation {
  const relations = own(schema, name)?.relations ?? {};
  const relation = own(relations, field);
  const lists = keys(relations).filter((one) => isMany(relations[one] as Relation));
  const use = lists.length > 0 ? `Use one of ${lists.join(', ')}` : `${name} has no lists in the schema`;
  if (!relation) throw new InvalidInputError(place, `is not a relation of ${name}`, use);
  if (isMany(relation)) return relation;
  throw new InvalidInputError(
    place,
    `leads to one ${relationTarget(relation)}, and not to a list`,
    `Set it with data. ${use}`,
  );
}
