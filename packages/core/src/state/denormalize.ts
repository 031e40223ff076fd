import { type Fields, isMany, type Relation, relationTarget, type Schema } from '../contract/schema';
import type { Held } from './draft';
import { setField } from './json';
import type { Json } from '../contract/schema';

/**
 * Fills in the relations of an entity, and theirs.
 *
 * ## Rules
 * - Where a relation leads back to an entity that is being filled in, its id stands in its place; so the
 *   result is a tree that JSON can write.
 * - An entity that lies on such a circle is filled in once; elsewhere its id stands for it. Without this a
 *   dense graph would be written out once for each path through it.
 * - An id that leads nowhere is left out of a list, and `null` in a relation to one.
 */
export function denormalize(held: Held, schema: Schema, name: string, id: string): unknown {
  const filled = new Map<string, unknown>();
  const open = new Set<string>();
  const circular = new Set<string>();

  /** @returns whether the value stands on a circle */
  const fill = (type: string, key: string): { value: unknown; cut: boolean } | undefined => {
    const fields = held.get(type, key);
    if (fields === undefined) return undefined;
    const place = `${type}:${key}`;
    if (open.has(place) || circular.has(place)) return { value: key, cut: true };
    if (filled.has(place)) return { value: filled.get(place), cut: false };
    const relations = schema[type]?.relations;
    if (relations === undefined) return { value: fields, cut: false };
    open.add(place);
    let cut = false;
    const value: Record<string, Json> = {};
    for (const field of Object.keys(fields)) {
      const relation = Object.hasOwn(relations, field) ? relations[field] : undefined;
      const filledIn = relation === undefined ? undefined : follow(relation, fields, field);
      cut ||= filledIn?.cut ?? false;
      setField(value, field, filledIn === undefined ? (fields[field] as Json) : (filledIn.value as Json));
    }
    open.delete(place);
    if (cut) circular.add(place);
    else filled.set(place, value);
    return { value, cut };
  };

  const follow = (
    relation: Relation,
    fields: Fields,
    field: string,
  ): { value: unknown; cut: boolean } | undefined => {
    const value = fields[field];
    const target = relationTarget(relation);
    if (!isMany(relation))
      return typeof value === 'string' ? (fill(target, value) ?? { value: null, cut: false }) : undefined;
    if (!Array.isArray(value)) return undefined;
    const items = (value as readonly string[])
      .map((key) => fill(target, key))
      .filter((item) => item !== undefined);
    return { value: items.map((item) => item.value), cut: items.some((item) => item.cut) };
  };

  return fill(name, id)?.value;
}
