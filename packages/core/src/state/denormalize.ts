import { isMany, type Json, type Relation, relationTarget, type Schema } from '../contract/schema';
import type { Held } from './draft';
import { own, setField } from './json';

/** Where this many entities are written out, those that stand elsewhere already are not written out again. */
const MOST_ENTITIES = 100_000;

/** An entity with its relations filled in. */
interface Filled {
  readonly value: unknown;
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
  /** What was filled in, by place. Nothing while it is being filled in, and for good if it lies on a circle. */
  const filled = new Map<string, Filled | undefined>();
  let written = 0;
  let cuts = 0;

  const fill = (type: string, key: string): unknown => {
    const fields = held.get(type, key);
    if (!fields) return undefined;
    const place = `${type}:${key}`;
    const known = filled.get(place);
    if (known) {
      if (written + known.size > MOST_ENTITIES) return key;
      written += known.size;
      return known.value;
    }
    if (filled.has(place) || (filled.size > 0 && isCut(type, key))) {
      cuts++;
      return key;
    }
    const writtenBefore = written++;
    const cutsBefore = cuts;
    const relations = own(schema, type)?.relations;
    if (!relations) return fields;
    filled.set(place, undefined);
    const value: Record<string, Json> = {};
    for (const [field, given] of Object.entries(fields))
      setField(value, field, follow(own(relations, field), given) as Json);
    if (cuts === cutsBefore) filled.set(place, { value, size: written - writtenBefore });
    return value;
  };

  const follow = (relation: Relation | undefined, value: Json): unknown => {
    if (!relation) return value;
    const target = relationTarget(relation);
    if (!isMany(relation)) return typeof value === 'string' ? (fill(target, value) ?? null) : value;
    return Array.isArray(value)
      ? (value as readonly string[]).map((key) => fill(target, key)).filter((item) => item !== undefined)
      : value;
  };

  return fill(name, id);
}
