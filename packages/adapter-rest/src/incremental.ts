import {
  at,
  cappedValue,
  compareValues,
  earlierValue,
  isOrdered,
  kindOf,
  serverStart,
} from '@stateful-workflow/http';
import { createHash } from 'node:crypto';
import { InvalidInputError } from '@stateful-workflow/core';
import type { Progress, Since } from './rest-cursor';
import type { Incremental } from './rest-query';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** So many names are carried; of a boundary with more records all come again, which costs a load and no more. */
const MAX_SEEN = 500;

/** Keeps track of an incremental source through one load: where it begins, what is new, where the next begins. */
export class IncrementalLoad {
  /** Whether this load takes everything. */
  readonly full: boolean;
  readonly #options: Incremental;
  readonly #before: Since | undefined;
  readonly #seenBefore: ReadonlySet<string>;
  readonly #startedAt: number;
  /** The newest value that does not lie in the future. */
  #newest: string | number | undefined;
  /** Where only such values are known that do: the time of the load, as they would write it. */
  #capped: string | number | undefined;
  /** When the load began by the server's clock, once an answer has told. */
  #servedAt: number | undefined;
  /** What was seen in this load and may come again, with the value that it had. */
  #seen: { readonly name: string; readonly value: string | number | undefined }[] = [];
  /** What lies before has been forgotten. */
  #keptFrom: string | number | undefined;
  #isTooMuch = false;
  #hasRecords = false;
  #hasField = false;

  /**
   * @param before what the load before left
   * @param startedAt when this load began, in milliseconds since 1970
   * @param progress of the attempt before, when this one goes on: it asks for the same, since pages are of one question
   */
  constructor(
    options: Incremental,
    before: Since | undefined,
    startedAt: number,
    progress?: Pick<Progress, 'full' | 'since'>,
  ) {
    const { fullEvery = DAY_MS, initial } = options;
    const sweptAt = before?.sweptAt;
    const isDue = fullEvery !== 'never' && (sweptAt === undefined || startedAt - sweptAt >= fullEvery);
    this.full = progress?.full ?? (initial === undefined && (before?.value === undefined || isDue));
    this.#options = options;
    this.#before = before;
    this.#seenBefore = new Set(this.full ? [] : before?.seen);
    this.#startedAt = startedAt;
    // A load before may have left one that lies in the future, which would hide all that is written until then.
    const newest = progress?.since?.value ?? before?.value;
    if (newest !== undefined) this.#newest = this.#notAhead(newest);
    // Of when they are is no longer known: the newest that they can be keeps them longest.
    this.#seen = (progress?.since?.seen ?? []).map((name) => ({ name, value: this.#newest }));
  }

  /** The parameter that asks for what changed; none for a full sweep. */
  get params(): Record<string, string | number> {
    const { param, initial, lag = 0, zone } = this.#options;
    if (this.full) return {};
    const before = this.#before?.value;
    if (before === undefined) return initial === undefined ? {} : { [param]: initial };
    return { [param]: earlierValue(this.#notAhead(before), lag, zone) };
  }

  /** Learns the time from an answer: the first one of the load tells. @param date its `Date` header */
  answered(date: string | undefined): void {
    this.#servedAt ??= serverStart(date, this.#startedAt);
  }

  /**
   * Of a page's records those that are news.
   *
   * @param begins where the next load would begin, by the newest value
   */
  take(records: readonly unknown[], begins: Begins = (newest) => newest): readonly unknown[] {
    const news = records.filter((record) => {
      const value = this.#valueOf(record);
      const name = nameOf(record);
      this.#seen.push({ name, value });
      if (value !== undefined) this.#advance(value);
      return !this.#seenBefore.has(name);
    });
    this.#forget(begins);
    return news;
  }

  /** Whether records came, and none had the field, not even with null. */
  get hasNoField(): boolean {
    return this.#hasRecords && !this.#hasField;
  }

  /** How far the source has been read. */
  get since(): Since {
    const sweptAt = this.full ? this.#startedAt : this.#before?.sweptAt;
    return {
      ...this.#value,
      seen: this.#names(),
      ...(sweptAt !== undefined && { sweptAt }),
    };
  }

  get #value(): { readonly value?: string | number } {
    const value = this.#newest ?? this.#capped;
    return value === undefined ? {} : { value };
  }

  #advance(value: string | number): void {
    const capped = this.#notAhead(value);
    if (capped !== value) this.#capped = capped;
    else if (this.#newest === undefined || this.#isAfter(value, this.#newest)) this.#newest = value;
  }

  #isAfter(a: string | number, b: string | number): boolean {
    return compareValues(a, b, this.#options.zone) > 0;
  }

  /** No later than the load, by the server's clock once it is known. */
  #notAhead(value: string | number): string | number {
    return cappedValue(value, this.#servedAt ?? Date.now(), this.#options.zone);
  }

  /** What the next load is told not to take for news. */
  #names(): readonly string[] {
    if (this.#isTooMuch) return [];
    // A load that brought nothing newer may not have been given the boundary again.
    const kept = !this.full && this.#value.value === this.#before?.value ? this.#before?.seen : [];
    const dated = this.#seen.flatMap(({ name, value }) => (value === undefined ? [] : [name]));
    const all = new Set([...(kept ?? []), ...dated, ...this.#seen.map(({ name }) => name)]);
    if (all.size <= MAX_SEEN) return [...all];
    return dated.length <= MAX_SEEN ? [...new Set(dated)] : [];
  }

  /** Lets go of what the next load will not be given again. */
  #forget(begins: Begins): void {
    const { lag = 0, zone } = this.#options;
    const { value: newest } = this.#value;
    const from = newest === undefined ? undefined : earlierValue(begins(newest), lag, zone);
    // While it stays, what was looked at stays, too.
    if (from !== undefined && from !== this.#keptFrom) {
      this.#keptFrom = from;
      // Where the API puts what is no time among its times, such as "infinity", nobody knows: it may come again.
      const isOdd = (value: string | number): boolean => isOrdered(from, zone) && !isOrdered(value, zone);
      this.#seen = this.#seen.filter(
        ({ value }) => value === undefined || isOdd(value) || !this.#isAfter(from, value),
      );
    }
    this.#isTooMuch ||= this.#seen.length > 20 * MAX_SEEN;
    if (this.#isTooMuch) this.#seen = [];
  }

  #valueOf(record: unknown): string | number | undefined {
    const found = at(record, this.#options.field);
    this.#hasRecords = true;
    this.#hasField ||= found !== undefined;
    if (found === undefined || found === null || found === '') return undefined;
    if (typeof found === 'string' || (typeof found === 'number' && Number.isFinite(found))) return found;
    throw new InvalidInputError(
      'incremental.field',
      `a record has ${kindOf(found)} at "${this.#options.field}" where a text or a number is expected`,
      'Set it to the field that grows with every change',
    );
  }
}

/** Where the next load would begin, by the newest value. */
type Begins = (newest: string | number) => string | number;

/** Names a record as it is: one that changed and kept its value is another, and news. */
const nameOf = (record: unknown): string =>
  createHash('sha256').update(JSON.stringify(record)).digest('base64url').slice(0, 8);
