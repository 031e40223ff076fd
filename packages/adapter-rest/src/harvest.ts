import type { IncomingHttpHeaders } from 'node:http';
import type { LoadContext, PartialError } from '@stateful-workflow/core';
import { InvalidInputError } from '@stateful-workflow/core';
import { IncrementalLoad } from './incremental';
import { checkRecords } from './record-schema';
import type { RestParts } from './rest-parts';
import type { Progress, RestCursor, Since } from './rest-cursor';
import type { RestQuery } from './rest-query';

/** What a page brings in. */
export interface Harvested {
  readonly records: readonly unknown[];
  readonly partialErrors?: readonly PartialError[];
}

const MAX_RECORDS = 1_000_000;

/** What the pages of one load bring in: counted, checked, and without what is no news. */
export class Harvest {
  readonly startedAt: number;
  readonly #query: RestQuery;
  readonly #parts: RestParts;
  readonly #context: LoadContext<RestCursor>;
  readonly #incremental: IncrementalLoad | undefined;
  #records: number;
  #skipped = 0;

  /** @param progress of the attempt before, when this one goes on from there */
  constructor(query: RestQuery, parts: RestParts, context: LoadContext<RestCursor>, progress?: Progress) {
    this.#query = query;
    this.#parts = parts;
    this.#context = context;
    this.#records = progress?.records ?? 0;
    this.startedAt = progress?.startedAt ?? Date.now();
    if (query.incremental === undefined) return;
    const before = progress?.since ?? context.checkpoint?.cursor?.since;
    this.#incremental = new IncrementalLoad(query.incremental, before, this.startedAt, progress?.full);
  }

  /** Parameters that ask for what changed only. */
  get params(): Readonly<Record<string, string | number>> {
    return this.#incremental?.params ?? {};
  }

  /** Whether everything is asked for, not only what changed. */
  get full(): boolean {
    return this.#incremental?.full ?? true;
  }

  /** How many records have come. */
  get records(): number {
    return this.#records;
  }

  get since(): Since | undefined {
    return this.#incremental?.since;
  }

  /** Whether the load, once it is through, has seen everything that there is. */
  get isWhole(): boolean {
    return this.full && this.#skipped === 0;
  }

  /** Learns the server's time from an answer. */
  answered({ date }: IncomingHttpHeaders): void {
    this.#incremental?.answered(date);
  }

  /**
   * Takes in the records of a page.
   *
   * @throws InvalidInputError when they are too many, or one does not fit its schema
   */
  async take(records: readonly unknown[], request: string): Promise<Harvested> {
    const { maxRecords = MAX_RECORDS } = this.#query;
    this.#records += records.length;
    if (this.#records > maxRecords) {
      throw new InvalidInputError(
        'maxRecords',
        `${request} brings the load to ${this.#records} records, more than ${maxRecords}, and a load never cuts a list short`,
        'Raise maxRecords, or narrow the list with params',
      );
    }
    const checked = await checkRecords(records, this.#query, this.#parts.schemas, request, this.#context);
    this.#skipped += checked.skipped.length;
    const news = this.#incremental?.take(checked.records) ?? checked.records;
    // An incremental source goes on after what it skipped: it would read it again for ever.
    const isShown = checked.skipped.length > 0 && this.#incremental === undefined;
    return { records: news, ...(isShown && { partialErrors: checked.skipped }) };
  }
}
