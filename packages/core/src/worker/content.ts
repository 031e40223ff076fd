import type { Checkpoint, EntityRef, Page, PartialError } from '../contract/adapter';
import { InvalidInputError } from '../contract/errors';
import type { LoadRequest } from '../contract/load';
import { isDeeper, MAX_LEVELS } from '../contract/nesting';
import { type Entities, type Fields, type Relation, relationTarget } from '../contract/schema';
import { Draft } from '../state/draft';
import { identify, invalidRecord, recordOf } from '../state/identify';
import { inner, table } from '../state/json';
import type { Canonical } from './canonical';
import { checkExpected, isIdentified } from './expectations';

/** What a load's pages add up to. */
export interface Content {
  readonly unchanged: boolean;
  readonly entities: Entities;
  /** The entities as text, where they have been written already. */
  readonly written?: Canonical;
  readonly complete: boolean;
  /** Whether the list may have moved while it was read. */
  readonly drifts: boolean;
  /** Whether the record of the root entity has its id. */
  readonly identified: boolean;
  readonly deletes: readonly EntityRef[];
  /** Ids of the top-level records, when they fill a list and are not all of it. */
  readonly append?: { readonly field: string; readonly ids: readonly string[] };
  readonly partialErrors: readonly PartialError[];
  readonly checkpoint: Checkpoint;
}

/** What the pages of an attempt that broke off add up to. */
export interface KeptPages {
  readonly entities: Entities;
  readonly ids: readonly string[];
  readonly deletes: readonly EntityRef[];
  readonly partialErrors: readonly PartialError[];
  readonly records: number;
  readonly drifts?: true;
}

/** Adds up the pages of one load into normalized entities. */
export class ContentBuilder {
  readonly #request: LoadRequest;
  readonly #entities = table<Record<string, Fields>>();
  readonly #ids = new Set<string>();
  readonly #deletes = new Map<string, EntityRef>();
  readonly #partialErrors: PartialError[] = [];
  #records = 0;
  #complete = false;
  #drifts = false;
  #unchanged = false;
  #last?: Page;

  /** @param pages what {@link ContentBuilder.kept} gave, to go on from */
  constructor(request: LoadRequest, pages?: KeptPages) {
    this.#request = request;
    if (pages === undefined) return;
    for (const [name, given] of Object.entries(pages.entities))
      Object.assign(inner(this.#entities, name), given);
    for (const id of pages.ids) this.#ids.add(id);
    for (const ref of pages.deletes) this.#deletes.set(JSON.stringify([ref.name, ref.id]), ref);
    this.#partialErrors.push(...pages.partialErrors);
    this.#records = pages.records;
    this.#drifts = pages.drifts ?? false;
  }

  /** The pages so far, as JSON, for an attempt that goes on after them. */
  get kept(): KeptPages {
    return {
      entities: this.#entities,
      ids: [...this.#ids],
      deletes: [...this.#deletes.values()],
      partialErrors: this.#partialErrors,
      records: this.#records,
      ...(this.#drifts && { drifts: true as const }),
    };
  }

  /** How many records have come in. */
  get records(): number {
    return this.#records;
  }

  /**
   * Takes in a page.
   *
   * @throws StatefulWorkflowError `RECORD_INVALID` for a record that does not fit the schema
   */
  add(page: Page): void {
    const { entity, into, expect = [] } = this.#request;
    const draft = this.#draft();
    for (const record of page.records) {
      const place = `record ${this.#records++}`;
      if (isDeeper(record, MAX_LEVELS))
        throw invalidRecord(
          place,
          `is nested more than ${MAX_LEVELS} levels deep`,
          'Have the source give it flatter, or leave out the field that is',
        );
      checkExpected(record, expect, place);
      if (into === undefined) {
        if (this.#records > 1) {
          throw new InvalidInputError(
            'into',
            `the source gave several records for the one ${entity.name}`,
            `Name the relation of ${entity.name} that they fill as the source's "into"`,
            'RECORD_INVALID',
          );
        }
        draft.upsert(entity.name, record, '$set', place, entity.id);
      } else {
        const id = draft.upsert(this.#target(into), record, '$set', place);
        // A record that comes on two pages moved, and others with it.
        this.#drifts ||= this.#last !== undefined && this.#ids.has(id);
        this.#ids.add(id);
      }
    }
    this.#given(draft);
    this.#apply(draft);
    this.#delete([...(page.deletes ?? []), ...(page.removed ?? []).map((record) => this.#refOf(record))]);
    this.#partialErrors.push(...(page.partialErrors ?? []));
    this.#unchanged ||= page.unchanged ?? false;
    this.#complete = page.complete;
    this.#drifts ||= page.drifts ?? false;
    this.#last = page;
  }

  /**
   * What the pages add up to, once the last one is in.
   *
   * @param cursor where the load began; it stays when the pages brought no other
   * @param resumed whether an earlier attempt had read pages that are not among these: then they are taken in, but
   *   prove nothing gone and move no cursor, so that the next load brings what is missing
   */
  build(cursor: unknown, resumed: boolean): Content {
    const { entity, into, schema } = this.#request;
    const last = this.#last;
    const partial = this.#partialErrors.length > 0 || resumed;
    const complete = this.#complete && !partial;
    if (into !== undefined && complete && !this.#unchanged) {
      const draft = this.#draft();
      draft.upsert(entity.name, { [into]: [...this.#ids] }, '$set', into, entity.id);
      this.#apply(draft);
    }
    return {
      unchanged: this.#unchanged,
      entities: this.#entities,
      complete,
      drifts: this.#drifts,
      identified:
        into === undefined && isIdentified(this.#entities[entity.name]?.[entity.id], schema[entity.name]),
      deletes: this.#partialErrors.length > 0 ? [] : [...this.#deletes.values()],
      ...(into !== undefined && !complete && { append: { field: into, ids: [...this.#ids] } }),
      partialErrors: this.#partialErrors,
      checkpoint: {
        ...(last?.validators && !partial && { validators: last.validators }),
        ...cursorOf(partial ? cursor : (last?.cursor ?? cursor)),
      },
    };
  }

  #draft(): Draft {
    return new Draft({ get: (name, id) => this.#entities[name]?.[id] }, this.#request.schema);
  }

  #apply({ changes }: Draft): void {
    for (const [name, changed] of changes) {
      const held = inner(this.#entities, name);
      for (const [id, fields] of changed)
        if (fields === undefined) delete held[id];
        else held[id] = fields;
    }
  }

  /** The entity that a record of the source is about. */
  #refOf(record: unknown): EntityRef {
    const { entity, into, schema } = this.#request;
    if (into === undefined) return entity;
    const name = this.#target(into);
    return { name, id: identify(recordOf(record, name, 'removed record'), schema[name], 'removed record') };
  }

  /** What a page gives is there, also if an earlier page said that it is gone. */
  #given(draft: Draft): void {
    if (this.#deletes.size === 0) return;
    for (const [name, changed] of draft.changes)
      for (const id of changed.keys()) this.#deletes.delete(JSON.stringify([name, id]));
  }

  /** What a page says is gone is gone, also if an earlier page gave it. */
  #delete(refs: readonly EntityRef[]): void {
    const { into } = this.#request;
    const draft = this.#draft();
    for (const { name, id } of refs) {
      this.#deletes.set(JSON.stringify([name, id]), { name, id });
      if (draft.get(name, id) !== undefined) draft.put(name, id, undefined);
      if (into !== undefined && this.#target(into) === name) this.#ids.delete(id);
    }
    this.#apply(draft);
  }

  #target(field: string): string {
    const relation = this.#request.schema[this.#request.entity.name]?.relations?.[field] as Relation;
    return relationTarget(relation);
  }
}

const cursorOf = (cursor: unknown): { cursor?: unknown } => (cursor === undefined ? {} : { cursor });
