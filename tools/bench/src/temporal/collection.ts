import type { DataSourceAdapter, EntityRef, Page } from '@stateful-workflow/core';
import type { Ticket } from '../measure/records';

/** What a load of a collection leaves: the newest version that it has seen. */
interface CollectionCursor {
  readonly version: number;
}

/** A collection in memory that knows what changed since a version, as an API with `?since=` does. */
export class Collection {
  readonly #records = new Map<string, { readonly record: Ticket; readonly version: number }>();
  #version = 0;
  /** How often it was asked. */
  requests = 0;

  constructor(records: readonly Ticket[]) {
    this.change(records);
  }

  /** Records that are new, or other than they were. */
  change(records: readonly Ticket[]): void {
    for (const record of records) this.#records.set(record.id, { record, version: ++this.#version });
  }

  /** One request: a record by itself. */
  async one(id: string): Promise<Ticket | undefined> {
    this.requests++;
    return this.#records.get(id)?.record;
  }

  /** One request: what changed since a version. */
  async changed(since: number): Promise<{ readonly records: readonly Ticket[]; readonly version: number }> {
    this.requests++;
    if (since === this.#version) return { records: [], version: since };
    const news = [...this.#records.values()].filter(({ version }) => version > since);
    return { records: news.map(({ record }) => record), version: this.#version };
  }

  /** The adapter of the collection, and of each ticket by itself. It takes no time, so that only what is around it is measured. */
  adapter(): DataSourceAdapter<unknown, CollectionCursor> {
    const load = async function* (
      this: Collection,
      { name, id }: EntityRef,
      since: number,
    ): AsyncGenerator<Page<CollectionCursor>> {
      if (name === 'FedTicket') {
        const record = await this.one(id);
        yield { records: record === undefined ? [] : [record], complete: true };
        return;
      }
      const { records, version } = await this.changed(since);
      yield { records, cursor: { version }, complete: since === 0 };
    }.bind(this);
    return {
      name: 'collection',
      contractVersion: 1,
      capabilities: { incremental: true },
      querySchema: { '~standard': { version: 1, vendor: 'bench', validate: (value) => ({ value }) } },
      load: (_query, { checkpoint, entity }) => load(entity, checkpoint?.cursor?.version ?? 0),
      classify: (error) => ({ kind: 'fatal', message: String(error) }),
    };
  }
}
