import type { Entities, Fields, Json, Schema } from '../contract/schema';
import { isMany } from '../contract/schema';
import type { Patch, Splice } from '../contract/load';
import { equalJson, inner, own, setField, table } from './json';
import { spliceOf } from './splice';

type Mutable<T> = { -readonly [K in keyof T]?: T[K] };

/**
 * What turns one set of entities into another.
 *
 * @param complete whether entities that `after` lacks are gone
 * @returns the patch, or `undefined` when nothing differs
 */
export function diffEntities(
  before: Entities,
  after: Entities,
  schema: Schema,
  complete: boolean,
): Patch | undefined {
  const set = table<Record<string, Fields>>();
  const unset = table<Record<string, readonly string[]>>();
  const splice = table<Record<string, Record<string, Splice>>>();
  const deletes = table<string[]>();
  for (const name of Object.keys(after)) {
    const held = own(before, name);
    const given = after[name] ?? {};
    const relations = own(schema, name)?.relations;
    for (const id of Object.keys(given)) {
      const fields = given[id] as Fields;
      const old = own(held, id);
      if (old === undefined) {
        inner(set, name)[id] = fields;
        continue;
      }
      for (const field of Object.keys(fields)) {
        const value = fields[field] as Json;
        const was = own(old, field);
        if (was !== undefined && equalJson(was, value)) continue;
        const relation = own(relations, field);
        if (relation !== undefined && isMany(relation) && Array.isArray(was) && Array.isArray(value)) {
          (inner(splice, name)[id] ??= table<Splice>())[field] = spliceOf(
            was as readonly Json[],
            value as readonly Json[],
          );
        } else setField((inner(set, name)[id] ??= {}), field, value);
      }
      const gone = Object.keys(old).filter((field) => !Object.hasOwn(fields, field));
      if (gone.length > 0) inner(unset, name)[id] = gone;
    }
  }
  if (complete) {
    for (const name of Object.keys(before)) {
      const gone = Object.keys(before[name] ?? {}).filter((id) => !Object.hasOwn(own(after, name) ?? {}, id));
      if (gone.length > 0) deletes[name] = gone;
    }
  }
  const patch: Mutable<Patch> = {};
  if (Object.keys(set).length > 0) patch.set = set;
  if (Object.keys(unset).length > 0) patch.unset = unset;
  if (Object.keys(splice).length > 0) patch.splice = splice;
  if (Object.keys(deletes).length > 0) patch.deletes = deletes;
  return Object.keys(patch).length > 0 ? patch : undefined;
}
