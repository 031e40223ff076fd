import { StatefulWorkflowError } from '../contract/errors';
import {
  type Fields,
  type Json,
  isMany,
  type Relation,
  relationTarget,
  type Schema,
} from '../contract/schema';
import { identify } from './identify';
import { equalJson, isPlainObject, mergeJson, setField } from './json';

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
    const key = id ?? identify(record, schema, () => this.#where());
    const held = this.get(name, key);
    let next: Record<string, Json> | undefined;
    let matched = 0;
    for (const field of Object.keys(record)) {
      let value = record[field] as Json | undefined;
      if (value === undefined) continue;
      const before = held !== undefined && Object.hasOwn(held, field) ? held[field] : undefined;
      if (before !== undefined) matched++;
      if (relations !== undefined && value !== null && Object.hasOwn(relations, field)) {
        value = this.#relate(relations[field] as Relation, value, rule, field);
      }
      const after = rule === '$merge' ? mergeJson(before, value) : equalJson(before, value) ? before : value;
      if (after !== before || before === undefined) setField((next ??= { ...held }), field, after as Json);
    }
    if (rule === '$replace' && held !== undefined && matched < Object.keys(held).length) {
      next ??= { ...held };
      for (const field of Object.keys(held)) {
        if (!Object.hasOwn(record, field) || record[field] === undefined) delete next[field];
      }
    }
    if (next !== undefined || held === undefined) this.put(name, key, next ?? {});
    this.#path.pop();
    return key;
  }

  /** Turns the value of a relation into ids, taking in the records it holds. */
  #relate(relation: Relation, value: Json, rule: Rule, field: string): Json {
    const target = relationTarget(relation);
    if (!isMany(relation)) return this.#reference(target, value, rule, field);
    this.#path.push(field);
    if (!Array.isArray(value)) {
      throw this.#wrong(
        `is ${describe(value)}, not a list`,
        `Give a list of ${target}, or declare the relation with one()`,
      );
    }
    const ids = new Set<string>();
    (value as readonly unknown[]).forEach((item, i) => ids.add(this.#reference(target, item, rule, i)));
    this.#path.pop();
    return [...ids];
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

function describe(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
