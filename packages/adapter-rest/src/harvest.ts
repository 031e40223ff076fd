import type { IncomingHttpHeaders } from 'node:http';
import type { LoadContext, PartialError } from '@stateful-workflow/core';
import { InvalidInputError } from '@stateful-workflow/core';
import { at, Borders, checkRecords, HttpError, type KnownBorders } from '@stateful-workflow/http';
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
    const before = context.checkpoint?.cursor?.since;
    this.#incremental = new IncrementalLoad(query.incremental, before, this.startedAt, progress);
    this.#borders = new Borders(query.incremental, progress?.borders, before?.readTo);
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
    // It comes from a record, and would end the text that it stands in: another question than the one that was meant.
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    if (/['"`\\\x00-\x1f\x7f]/.test(String(value)))
      throw new InvalidInputError(
        'incremental.expression',
        'would hold a value with a quote, a backslash or a control character, which means something else in a filter',
        'Name a field of times or numbers as incremental.field',
      );
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
    if (since?.value === undefined || !this.#hasDrifted || this.#borders === undefined) return since;
    return { ...since, ...this.#borders.next(since.value) };
  }

  /** Of an incremental source: what is known of the borders between its pages. */
  get borders(): KnownBorders | undefined {
    return this.#borders?.known;
  }

  /**
   * Records may have moved from page to page while they were read.
   *
   * @param isSeen whether something shows that they did
   */
  drifted(isSeen: boolean): void {
    this.#hasDrifted = true;
    if (isSeen) this.#borders?.moved();
  }

  /** Whether the load, once it is through, has seen everything that there is. */
  get isWhole(): boolean {
    return this.full && this.#skipped === 0;
  }

  /** Learns the server's time from an answer. */
  answered({ date }: IncomingHttpHeaders): void {
    this.#incremental?.answered(date);
  }

  /** Says what may be wrong, once the load is through. */
  finish(): void {
    const { incremental: options } = this.#query;
    if (options === undefined || this.#incremental?.hasNoField !== true) return;
    this.#context.log.warn(
      'No record has the field that says what changed: every load is one of everything.',
      {
        field: options.field,
      },
    );
  }

  /**
   * Takes in the records of a page, as they came: what a schema makes of them has lost what says that they changed or
   * are gone, or never fits.
   *
   * @param isList whether they are a list, and not one record
   * @returns what they bring, in turns: what is there again after it was said to be gone is in a later one
   * @throws InvalidInputError when they are too many, or one does not fit its schema
   */
  async take(records: readonly unknown[], request: string, isList = true): Promise<readonly Harvested[]> {
    const { maxRecords = MAX_RECORDS } = this.#query;
    this.#records += records.length;
    if (this.#records > maxRecords) {
      throw new InvalidInputError(
        'maxRecords',
        `${request} brings the load to ${this.#records} records, more than ${maxRecords}, and a load never cuts a list short`,
        'Raise maxRecords, or narrow the list with params',
      );
    }
    this.#borders?.take(records);
    const borders = this.#hasDrifted ? this.#borders : undefined;
    const news = this.#incremental?.take(records, (newest) => borders?.from(newest) ?? newest) ?? records;
    const turns = this.#turns(news, request);
    if (!isList && turns.some(({ removed }) => removed.length > 0))
      throw new HttpError(
        { type: 'rule', kind: 'gone' },
        `${request} answered with a record that says that it was deleted.`,
      );
    const harvested: Harvested[] = [];
    for (const { given, removed } of turns) harvested.push(await this.#checked(given, removed, request));
    return harvested;
  }

  async #checked(
    given: readonly unknown[],
    removed: readonly unknown[],
    request: string,
  ): Promise<Harvested> {
    const { records, skipped } = await checkRecords(given, this.#query, this.#parts, request, this.#context);
    this.#skipped += skipped.length;
    return {
      records,
      ...(removed.length > 0 && { removed }),
      // An incremental source goes on after what it skipped: it would read it again for ever.
      ...(skipped.length > 0 && this.#incremental === undefined && { partialErrors: skipped }),
    };
  }

  /** Tells apart what is there and what says that it is gone. Within a turn, what is gone comes last. */
  #turns(records: readonly unknown[], request: string): readonly Turn[] {
    const { tombstone, incremental } = this.#query;
    if (tombstone === undefined) return [{ given: [...records], removed: [] }];
    const nameOf = (record: unknown): unknown => at(record, incremental?.key ?? 'id');
    let turn: Turn = { given: [], removed: [] };
    let gone = new Set<unknown>();
    const turns = [turn];
    for (const record of records) {
      const name = nameOf(record);
      if (isTombstone(record, tombstone, request)) {
        turn.removed.push(record);
        gone.add(name);
        continue;
      }
      // One of a name that is not known here may be any.
      if (gone.size > 0 && (name === undefined || gone.has(name))) {
        turns.push((turn = { given: [], removed: [] }));
        gone = new Set();
      }
      turn.given.push(record);
    }
    return turns;
  }
}

/** Records of a page up to the first that is there again. */
interface Turn {
  readonly given: unknown[];
  readonly removed: unknown[];
}
