import type { IncomingHttpHeaders } from 'node:http';
import type { LoadContext, PartialError } from '@stateful-workflow/core';
import { InvalidInputError } from '@stateful-workflow/core';
import { checkRecords, compareValues, HttpError } from '@stateful-workflow/http';
import { Borders } from './borders';
import { IncrementalLoad } from './incremental';
import type { RestParts } from './rest-parts';
import type { Progress, RestCursor, Since } from './rest-cursor';
import type { RestQuery } from './rest-query';
import { fillTemplate, templateValues } from './template';
import { isTombstone } from './tombstone';

/** What a page brings in. */
export interface Harvested {
  readonly records: readonly unknown[];
  /** Those that say that they are gone. */
  readonly removed?: readonly unknown[];
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
  readonly #borders: Borders | undefined;
  #records: number;
  #skipped = 0;
  #hasDrifted = false;

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
    this.#borders = new Borders(query.incremental, progress?.border);
  }

  /** Parameters that ask for what changed only. */
  get params(): Readonly<Record<string, string | number>> {
    const { incremental: options, values } = this.#query;
    if (options === undefined) return {};
    const { param, expression, sweepFrom } = options;
    const value = this.#incremental?.params[param] ?? sweepFrom;
    if (value === undefined) return {};
    if (expression === undefined) return { [param]: value };
    const { entity } = this.#context;
    const since = { ...templateValues(entity, values), since: String(value) };
    return { [param]: fillTemplate(expression, since, (text) => text) };
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
    const since = this.#incremental?.since;
    const again = this.#hasDrifted ? this.#borders?.again : undefined;
    if (since?.value === undefined || again === undefined) return since;
    // The border of a page can lie in the future, where no load begins.
    const isEarlier = compareValues(again, since.value, this.#query.incremental?.zone) < 0;
    return isEarlier ? { ...since, value: again } : since;
  }

  /** Of an incremental source: the value at the end of the last page. */
  get border(): string | number | undefined {
    return this.#borders?.last;
  }

  /** Records may have moved from page to page while they were read. */
  drifted(): void {
    this.#hasDrifted = true;
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
    const checked = await checkRecords(records, this.#query, this.#parts, request, this.#context);
    this.#skipped += checked.skipped.length;
    this.#borders?.take(checked.records);
    const news = this.#incremental?.take(checked.records) ?? checked.records;
    // An incremental source goes on after what it skipped: it would read it again for ever.
    const isShown = checked.skipped.length > 0 && this.#incremental === undefined;
    if (isShown)
      return { ...this.#sorted(news, request), removed: undefined, partialErrors: checked.skipped };
    return this.#sorted(news, request);
  }

  /** Tells apart what is there and what says that it is gone. */
  #sorted(records: readonly unknown[], request: string): Pick<Harvested, 'records' | 'removed'> {
    const { tombstone, items, selector, pagination, format } = this.#query;
    if (tombstone === undefined) return { records };
    const removed = records.filter((record) => isTombstone(record, tombstone, request));
    if (removed.length === 0) return { records };
    const isList =
      items !== undefined || selector !== undefined || pagination !== undefined || format === 'ndjson';
    if (!isList && records.length === 1)
      throw new HttpError(
        { type: 'rule', kind: 'gone' },
        `${request} answered with a record that says that it was deleted.`,
      );
    const gone = new Set(removed);
    return { records: records.filter((record) => !gone.has(record)), removed };
  }
}
