import { StatefulWorkflowError } from '../contract/errors';
import {
  type EntitySchema,
  type Fields,
  type Json,
  isMany,
  type Relation,
  relationTarget,
  type Schema,
} from '../contract/schema';
import { identify } from './identify';
import { copyFields, equalJson, isPlainObject, mergeJson, own, setField } from './json';

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
  readonly #whereNow = (): string => this.#where();

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
    let changed = this.changes.get(name);
    if (changed === undefined) this.changes.set(name, (changed = new Map<string, Fields | undefined>()));
    changed.set(id, fields);
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
   * @throws StatefulWorkflowError `RECORD_INVALID`
   */
  upsert(name: string, record: unknown, rule: Rule, place: string | number, id?: string): string {
    this.#path.push(place);
    if (!isPlainObject(record))
      throw this.#wrong(
        `is ${describe(record)}, not an object`,
        `Give an object with the fields of one ${name}`,
      );
    const schema = this.#schema[name];
    const relations = schema?.relations;
    const key = id ?? identify(record, schema, this.#whereNow);
    const related = relations && this.#relateAll(relations, record, this.get(name, key), rule);
    // Read after that: a record can be nested in itself.
    const held = this.get(name, key);
    if (held !== undefined && relations === undefined && rule !== '$replace' && covers(held, record)) {
      this.#path.pop();
      return key;
    }
    let next: Record<string, Json> | undefined;
    let matched = 0;
    for (const field in record) {
      const value = related?.get(field) ?? (record[field] as Json | undefined);
      if (value === undefined) continue;
      const before = own(held, field);
      if (before !== undefined) matched++;
      const after = rule === '$merge' ? mergeJson(before, value) : equalJson(before, value) ? before : value;
      if (after !== before || before === undefined)
        setField((next ??= copyFields(held)), field, after as Json);
    }
    if (rule === '$replace' && held !== undefined && matched < Object.keys(held).length) {
      next ??= copyFields(held);
      for (const field of Object.keys(held)) {
        if (!Object.hasOwn(record, field) || record[field] === undefined) delete next[field];
      }
    }
    if (next !== undefined || held === undefined) this.put(name, key, next ?? {});
    this.#path.pop();
    return key;
  }

  /** The ids that a record's relations hold, by field. Takes in the records nested in them. */
  #relateAll(
    relations: NonNullable<EntitySchema['relations']>,
    record: Record<string, unknown>,
    held: Fields | undefined,
    rule: Rule,
  ): Map<string, Json> | undefined {
    let related: Map<string, Json> | undefined;
    for (const [field, relation] of Object.entries(relations)) {
      const value = own(record, field) as Json | undefined;
      if (value === undefined || value === null) continue;
      related ??= new Map<string, Json>();
      related.set(field, this.#relate(relation, value, own(held, field), rule, field));
    }
    return related;
  }

  /** Turns the value of a relation into ids, taking in the records it holds. Gives `before` when nothing differs. */
  #relate(relation: Relation, value: Json, before: Json | undefined, rule: Rule, field: string): Json {
    const target = relationTarget(relation);
    if (!isMany(relation)) return this.#reference(target, value, rule, field);
    this.#path.push(field);
    if (!Array.isArray(value)) {
      throw this.#wrong(
        `is ${describe(value)}, not a list`,
        `Give a list of ${target}, or declare the relation with one()`,
      );
    }
    const items = value as readonly Json[];
    const held = Array.isArray(before) ? (before as readonly Json[]) : [];
    let same = 0;
    let ids: Set<string> | undefined;
    for (let i = 0; i < items.length; i++) {
      const id = this.#reference(target, items[i], rule, i);
      if (ids === undefined && id === held[same]) same++;
      else (ids ??= new Set(held.slice(0, same) as string[])).add(id);
    }
    this.#path.pop();
    if (ids !== undefined) return [...ids];
    return same === held.length && before !== undefined ? before : held.slice(0, same);
  }

  #reference(target: string, value: unknown, rule: Rule, place: string | number): string {
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
    return this.upsert(target, value, rule, place);
  }

  #where(): string {
    return this.#path
      .map((place, i) => (typeof place === 'number' ? `[${place}]` : i === 0 ? place : `.${place}`))
      .join('');
  }

  #wrong(reason: string, fix: string): StatefulWorkflowError {
    return new StatefulWorkflowError('RECORD_INVALID', `${this.#where()}: ${reason}. ${fix}.`, {
      context: { field: this.#where() },
    });
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

function describe(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
