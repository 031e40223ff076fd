import type { MergeStrategy } from '../contract/merge-strategy';
import {
  type EntitySchema,
  type Fields,
  type Json,
  isMany,
  type Relation,
  relationTarget,
  type Schema,
} from '../contract/schema';
import { identify, notA, recordOf } from './identify';
import { copyFields, keepEqual, mergeJson, own, setField } from './json';
import { getOrAdd } from './objects';
import { forEachGiven, type Place, textOf } from './place';

/** Where a draft reads what is held. */
export interface Held {
  get(name: string, id: string): Fields | undefined;
}

/**
 * Changes being made, on top of what is held, which stays untouched until the draft is committed: an error
 * in the middle leaves nothing behind. Normalizes, compares and merges in one pass; it holds only what
 * differs.
 */
export class Draft {
  /** New fields of changed entities; `undefined` for removed ones. */
  readonly changes = new Map<string, Map<string, Fields | undefined>>();
  readonly #held: Held;
  readonly #schema: Schema;

  constructor(held: Held, schema: Schema) {
    this.#held = held;
    this.#schema = schema;
  }

  /** The entity as this draft leaves it. */
  get(name: string, id: string): Fields | undefined {
    const changed = this.changes.get(name);
    return changed?.has(id) ? changed.get(id) : this.#held.get(name, id);
  }

  /** Replaces an entity's fields; for callers that have already compared. */
  put(name: string, id: string, fields: Fields | undefined): void {
    getOrAdd(this.changes, name, () => new Map<string, Fields | undefined>()).set(id, fields);
  }

  /**
   * Takes in a list of records, as {@link upsert} does with each.
   *
   * @param place the list's place in what was given
   */
  upsertAll(name: string, records: readonly unknown[], strategy: MergeStrategy, place: string): void {
    forEachGiven(records, place, (record, at) => this.upsert(name, record, strategy, at));
  }

  /**
   * Takes in a record and the records nested in its relations.
   *
   * @param place the record's place in what was given
   * @param id for a record whose id is known from elsewhere
   * @returns the record's id
   * @throws InvalidInputError `RECORD_INVALID`
   */
  upsert(name: string, given: unknown, strategy: MergeStrategy, place: Place, id?: string): string {
    const record = recordOf(given, name, place);
    const schema = this.#schema[name];
    const key = id ?? identify(record, schema, place);
    const flat = schema?.relations
      ? this.#flatten(record, schema.relations, this.get(name, key), strategy, place)
      : record;
    // Read after that: a record can be nested in itself.
    const held = this.get(name, key);
    if (!held || strategy === '$replace' || !covers(held, flat)) {
      const next = merged(held, flat, strategy);
      if (next !== held) this.put(name, key, next);
    }
    return key;
  }

  /** A record with ids for the records nested in its relations, which are taken in. */
  #flatten(
    record: Record<string, unknown>,
    relations: NonNullable<EntitySchema['relations']>,
    held: Fields | undefined,
    strategy: MergeStrategy,
    place: Place,
  ): Record<string, unknown> {
    const flat = { ...record };
    for (const [field, relation] of Object.entries(relations)) {
      const value = own(record, field);
      if (value == null) continue;
      const ids = this.relate(relation, value, strategy, () => `${textOf(place)}.${field}`);
      flat[field] = keepEqual(own(held, field), ids);
    }
    return flat;
  }

  /**
   * Turns the value of a relation into ids, taking in the records it holds.
   *
   * @throws InvalidInputError `RECORD_INVALID`
   */
  relate(relation: Relation, value: unknown, strategy: MergeStrategy, place: Place): Json {
    const target = relationTarget(relation);
    const idOf = (item: unknown, at: Place): string => {
      if (typeof item === 'string' && item !== '') return item;
      return typeof item === 'number' ? String(item) : this.upsert(target, item, strategy, at);
    };
    if (!isMany(relation)) return idOf(value, place);
    if (!Array.isArray(value))
      throw notA('a list', value, place, `Give a list of ${target}, or declare the relation with one()`);
    const ids = new Set<string>();
    forEachGiven(value, place, (item, at) => ids.add(idOf(item, at)));
    return [...ids];
  }
}

/**
 * Whether an entity has every field of a record, with the same primitive. This is what a reload mostly finds, so
 * it is looked for first and in a loop of its own, which is quick. A value that JSON can hold never equals an
 * inherited property.
 */
function covers(held: Fields, record: Record<string, unknown>): boolean {
  for (const field in record) if (held[field] !== record[field]) return false;
  return true;
}

/** The fields of an entity with those of a record taken in; the same object when nothing differs. */
function merged(held: Fields | undefined, record: Record<string, unknown>, strategy: MergeStrategy): Fields {
  const merge = strategy === '$merge' ? mergeJson : keepEqual;
  let next: Record<string, Json> | undefined;
  for (const field in record) {
    const value = record[field] as Json | undefined;
    const before = own(held, field);
    if (value === undefined || value === before) continue;
    const after = held ? merge(before, value) : value;
    if (after !== before) setField((next ??= copyFields(held)), field, after);
  }
  if (strategy === '$replace')
    for (const field of Object.keys(held ?? {}))
      if (own(record, field) === undefined) delete (next ??= copyFields(held))[field];
  return next ?? held ?? {};
}
