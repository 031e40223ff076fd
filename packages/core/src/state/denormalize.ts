import {
  type Fields,
  isMany,
  type Json,
  type Relation,
  relationTarget,
  type Schema,
} from '../contract/schema';
import type { Held } from './draft';
import { own, setField } from './json';

/** Where this many entities are written out, those that stand elsewhere already are not written out again. */
const MOST_ENTITIES = 100_000;

/** What stands for an entity, or for several. */
interface Filled {
  readonly value: unknown;
  /** Whether it leads back to an entity that is being filled in. */
  readonly cut: boolean;
  /** How many entities JSON would write out for it. */
  readonly size: number;
}

/**
 * Fills in the relations of an entity, and theirs.
 *
 * @param isCut whether an entity's id stands for it
 *
 * ## Rules
 * - Where a relation leads back to an entity that is being filled in, its id stands in its place; so the
 *   result is a tree that JSON can write.
 * - An entity that lies on such a circle is filled in once; elsewhere its id stands for it. So does the id of
 *   any entity that was filled in before, once 100,000 are written out. Without this a dense graph would be
 *   written out once for each path through it.
 * - An id that leads nowhere is left out of a list, and `null` in a relation to one.
 */
export function denormalize(
  held: Held,
  schema: Schema,
  name: string,
  id: string,
  isCut: (name: string, id: string) => boolean = () => false,
): unknown {
  const filled = new Map<string, Filled>();
  const open = new Set<string>();
  const circular = new Set<string>();
  let written = 0;

  const fill = (type: string, key: string): Filled | undefined => {
    const fields = held.get(type, key);
    if (fields === undefined) return undefined;
    const place = `${type}:${key}`;
    if (open.has(place) || circular.has(place) || (open.size > 0 && isCut(type, key)))
      return { value: key, cut: true, size: 0 };
    const known = filled.get(place);
    if (known !== undefined) {
      if (written + known.size > MOST_ENTITIES) return { value: key, cut: false, size: 0 };
      written += known.size;
      return known;
    }
    written++;
    const relations = own(schema, type)?.relations;
    if (relations === undefined) return { value: fields, cut: false, size: 1 };
    open.add(place);
    let cut = false;
    let size = 1;
    const value: Record<string, Json> = {};
    for (const field of Object.keys(fields)) {
      const relation = own(relations, field);
      const filledIn = relation === undefined ? undefined : follow(relation, fields, field);
      cut ||= filledIn?.cut ?? false;
      size += filledIn?.size ?? 0;
      setField(value, field, filledIn === undefined ? (fields[field] as Json) : (filledIn.value as Json));
    }
    open.delete(place);
    const whole = { value, cut, size };
    if (cut) circular.add(place);
    else filled.set(place, whole);
    return whole;
  };

  const follow = (relation: Relation, fields: Fields, field: string): Filled | undefined => {
    const value = fields[field];
    const target = relationTarget(relation);
    if (!isMany(relation))
      return typeof value === 'string'
        ? (fill(target, value) ?? { value: null, cut: false, size: 0 })
        : undefined;
    if (!Array.isArray(value)) return undefined;
    const items = (value as readonly string[])
      .map((key) => fill(target, key))
      .filter((item) => item !== undefined);
    return {
      value: items.map((item) => item.value),
      cut: items.some((item) => item.cut),
      size: items.reduce((sum, item) => sum + item.size, 0),
    };
  };

  return fill(name, id)?.value;
}
