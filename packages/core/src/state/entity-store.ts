import type { EntityRef } from '../contract/adapter';
import {
  type Entities,
  type Fields,
  isMany,
  type Json,
  relationTarget,
  type Schema,
} from '../contract/schema';
import type { MergeStrategy } from '../contract/merge-strategy';
import type { ChangeSet } from '../contract/wire';
import { isEmpty } from './change-set';
import { Draft } from './draft';
import { denormalize } from './denormalize';
import { difference } from './difference';
import { equalJson, inner, own, table } from './json';
import { getOrAdd } from './objects';

/** Hears of every entity that a commit changes, before it is changed. */
export type WriteListener = (
  name: string,
  id: string,
  before: Fields | undefined,
  after: Fields | undefined,
) => void;

/**
 * Entity state: the entities of one workflow, normalized. The cost of a change grows with what changes, not
 * with what is held, and entities that do not change keep their identity.
 *
 * Runs in the workflow sandbox and in plain Node.
 */
export class EntityStore {
  readonly schema: Schema;
  readonly #tables = table<Record<string, Fields>>();
  #version = 0;
  #cached?: { readonly key: string; readonly value: unknown };

  /** @param entities entities to begin with; they are not copied, and must not be changed afterwards */
  constructor(schema: Schema, entities: Entities = {}) {
    this.schema = schema;
    for (const [name, table] of Object.entries(entities)) Object.assign(inner(this.#tables, name), table);
  }

  /** Counts the commits that changed something. */
  get version(): number {
    return this.#version;
  }

  /** Every entity, live: later changes show in it. */
  get entities(): Entities {
    return this.#tables;
  }

  /** The fields of an entity. */
  get(name: string, id: string): Fields | undefined {
    return this.#tables[name]?.[id];
  }

  /** Begins a change; {@link commit} makes it real. */
  draft(): Draft {
    return new Draft(this, this.schema);
  }

  /**
   * Takes in records, denormalized, in one step.
   *
   * @throws InvalidInputError `RECORD_INVALID`, leaving the store as it was
   */
  upsert(name: string, records: readonly unknown[], strategy: MergeStrategy = '$merge'): ChangeSet {
    const draft = this.draft();
    draft.upsertAll(name, records, strategy, name);
    return this.commit(draft);
  }

  /**
   * Makes a draft's changes real.
   *
   * @param origin who made them, for the change set
   * @param listener is told of each change before it is made
   */
  commit(draft: Draft, origin?: string, listener?: WriteListener): ChangeSet {
    const upserts = table<Record<string, Fields>>();
    const unset = table<Record<string, readonly string[]>>();
    const deletes: EntityRef[] = [];
    for (const [name, changes] of draft.changes) {
      for (const [id, after] of changes) {
        const before = this.get(name, id);
        const changed = after && difference(before, after);
        if ((after ? changed : before) === undefined) continue;
        listener?.(name, id, before, after);
        if (after && changed) {
          inner(this.#tables, name)[id] = after;
          inner(upserts, name)[id] = changed.set;
          if (changed.unset.length > 0) inner(unset, name)[id] = changed.unset;
        } else {
          delete inner(this.#tables, name)[id];
          deletes.push({ name, id });
        }
      }
    }
    const changes = { upserts, unset, deletes, origin };
    if (!isEmpty(changes)) this.#version++;
    return changes;
  }

  /**
   * Takes the ids of removed entities out of the relations that hold them. Part of a draft.
   *
   * @param keeps whether a relation stays as it is
   */
  dropReferences(
    draft: Draft,
    removed: readonly EntityRef[],
    keeps: (name: string, id: string, field: string, fields: Fields) => boolean = () => false,
  ): void {
    const gone = new Map<string, Set<unknown>>();
    for (const { name, id } of removed) getOrAdd(gone, name, () => new Set()).add(id);
    for (const [name, { relations = {} }] of Object.entries(this.schema)) {
      for (const [field, relation] of Object.entries(relations)) {
        const ids = gone.get(relationTarget(relation));
        if (!ids) continue;
        const stays = (id: unknown): boolean => !ids.has(id);
        for (const holder of Object.keys(this.#tables[name] ?? {})) {
          const fields = draft.get(name, holder);
          const value = fields?.[field];
          // A start argument may have given something else in its place.
          if (!fields || isMany(relation) !== Array.isArray(value)) continue;
          const left = Array.isArray(value) ? value.filter(stays) : stays(value) ? value : null;
          if (!equalJson(left, value) && !keeps(name, holder, field, fields))
            draft.put(name, holder, { ...fields, [field]: left as Json });
        }
      }
    }
  }

  /** Every relation that leads to one of some entities, whether or not they are there. */
  *relationsTo(refs: readonly EntityRef[]): IterableIterator<readonly [holder: EntityRef, field: string]> {
    const wanted = new Map<string, Set<unknown>>();
    for (const { name, id } of refs) getOrAdd(wanted, name, () => new Set()).add(id);
    for (const [name, { relations = {} }] of Object.entries(this.schema))
      for (const [field, relation] of Object.entries(relations)) {
        const ids = wanted.get(relationTarget(relation));
        if (!ids) continue;
        for (const [id, fields] of Object.entries(this.#tables[name] ?? {})) {
          const value = own(fields, field);
          if (Array.isArray(value) ? value.some((one) => ids.has(one)) : ids.has(value))
            yield [{ name, id }, field];
        }
      }
  }

  /** One entity with its relations filled in; cached until the store changes. */
  denormalize(name: string, id: string): unknown {
    const key = `${this.#version}:${name}:${id}`;
    if (this.#cached?.key !== key) this.#cached = { key, value: denormalize(this, this.schema, name, id) };
    return this.#cached.value;
  }
}
