import type { Entities } from '@stateful-workflow/core';
import {
  type AttemptContext,
  canonical,
  ContentBuilder,
  identify,
  recordOf,
} from '@stateful-workflow/core/internal';
import type { Target } from './target';
import type { FeedOptions, FeedRecord } from './workflow/feed-options';

/** What a record says of its entity. */
export interface Entry {
  readonly id: string;
  readonly record: FeedRecord;
  /** Normalized as by a load of the workflow's own, and without secrets. */
  readonly entities: Entities;
  readonly digest: string;
}

/** Reads records as the workflows of a feed would. */
export class Records {
  readonly #target: Target;
  readonly #into: FeedOptions['into'];
  readonly #context: AttemptContext;

  constructor(target: Target, into: FeedOptions['into'], context: AttemptContext) {
    this.#target = target;
    this.#into = into;
    this.#context = context;
  }

  /** The id of a record's entity. @throws InvalidInputError `RECORD_INVALID` when it has none */
  idOf(given: unknown): string {
    const { entityName, schema } = this.#target;
    const record = recordOf(given, entityName, 'record');
    const { id } = this.#into;
    return id === undefined
      ? identify(record, schema[entityName], 'record')
      : identify({ id: id(record) }, { idAttribute: 'id' }, 'into.id');
  }

  /** @throws InvalidInputError `RECORD_INVALID` for a record that does not fit the schema */
  read(given: unknown): Entry {
    const { entityName, schema, source } = this.#target;
    const id = this.idOf(given);
    const builder = new ContentBuilder({
      source: this.#into.source,
      query: undefined,
      entity: { name: entityName, id },
      schema,
      expect: source.expect,
    });
    builder.add({ records: [given], complete: true });
    const { entities: read } = builder.build(undefined, false);
    const entities = this.#context.concealment.data(read, 'the records', () => {});
    return { id, record: given as FeedRecord, entities, digest: canonical(entities).digest };
  }
}
