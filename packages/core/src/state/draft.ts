import type { InvalidInputError } from '../contract/errors';
import {
  type EntitySchema,
  type Fields,
  type Json,
  isMany,
  type Relation,
  relationTarget,
  type Schema,
} from '../contract/schema';
import { identify, invalidRecord } from './identify';
import { copyFields, isPlainObject, keepEqual, mergeJson, own, setField } from './json';
import { entries, getOrAdd, keys } from './objects';

/** How given fields meet held ones; see `MergeStrategy`. */
export type Rule = '$merge' | '$set' | '$replace';

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
  /** Where in the given data the draft is; only errors read it. */
  readonly #path: (string | number)[] = [];
  readonly #where = (): string =>
    this.#path
      .map((place, i) => (typeof place === 'number' ? `[${place}]` : i === 0 ? place : `.${place}`))
      .join('');

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
   * @param place the list's place in what was given, for errors
   */
  upsertAll(name: string, records: readonly unknown[], rule: Rule, place: string): void {
    this.#path.push(place);
    for (let i = 0; i < records.length; i++) this.upsert(name, records[i], rule, i);
    this.#path.pop();
  }

  /**
   * Takes in a record and the records nested in its relations.
   *
   * @param place the record's place in what was given, for errors
   * @param id for a record whose id is known from elsewhere
   * @returns the record's id
   * @throws InvalidInputError `RECORD_INVALID`
   */
  upsert(name: string, record: unknown, rule: Rule, place: string | number, id?: string): string {
    this.#path.push(place);
    if (!isPlainObject(record))
      throw this.#isNot('an object', record, `Give an object with the fields of one ${name}`);
    const schema = this.#schema[name];
    const key = id ?? identify(record, schema, this.#where);
    const flat = schema?.relations
      ? this.#flatten(record, schema.relations, this.get(name, key), rule)
      : record;
    // Read after that: a record can be nested in itself.
    const held = this.get(name, key);
    if (held === undefined || rule === '$replace' || !covers(held, flat)) {
      const next = merged(held, flat, rule);
      if (next !== held) this.put(name, key, next);
    }
    this.#path.pop();
    return key;
  }

  /** A record with ids for the records nested in its relations, which are taken in. */
  #flatten(
    record: Record<string, unknown>,
    relations: NonNullable<EntitySchema['relations']>,
    held: Fields | undefined,
    rule: Rule,
  ): Record<string, unknown> {
    const flat = { ...record };
    for (const [field, relation] of entries(relations)) {
      const value = own(record, field);
      if (value != null) flat[field] = this.#relate(relation, value, own(held, field), rule, field);
    }
    return flat;
  }

  /** Turns the value of a relation into ids, taking in the records it holds. Gives `before` when nothing differs. */
  #relate(relation: Relation, value: unknown, before: Json | undefined, rule: Rule, field: string): Json {
    const target = relationTarget(relation);
    if (!isMany(relation)) return this.#reference(target, value, rule, field);
    this.#path.push(field);
    if (!Array.isArray(value))
      throw this.#isNot('a list', value, `Give a list of ${target}, or declare the relation with one()`);
    const ids = new Set(value.map((item, i) => this.#reference(target, item, rule, i)));
    this.#path.pop();
    return keepEqual(before, [...ids]);
  }

  #reference(target: string, value: unknown, rule: Rule, place: string | number): string {
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
    return this.upsert(target, value, rule, place);
  }

  #isNot(what: string, value: unknown, fix: string): InvalidInputError {
    const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
    return invalidRecord(this.#where(), `is ${found}, not ${what}`, fix);
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
function merged(held: Fields | undefined, record: Record<string, unknown>, rule: Rule): Fields {
  const merge = rule === '$merge' ? mergeJson : keepEqual;
  let next: Record<string, Json> | undefined;
  for (const field in record) {
    const value = record[field] as Json | undefined;
    if (value === undefined) continue;
    const before = own(held, field);
    const after = merge(before, value);
    if (after !== before) setField((next ??= copyFields(held)), field, after);
  }
  if (rule === '$replace')
    for (const field of keys(held ?? {}))
      if (own(record, field) === undefined) delete (next ??= copyFields(held))[field];
  return next ?? held ?? {};
}
