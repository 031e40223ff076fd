import { at, kindOf } from '@stateful-workflow/http';
import { createHash } from 'node:crypto';
import { InvalidInputError } from '@stateful-workflow/core';
import type { Since } from './rest-cursor';
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
  #newest: string | number | undefined;
  /** What was seen in this load and may come again, with the value that it had. */
  #seen: { readonly name: string; readonly value: string | number | undefined }[] = [];
  #isTooMuch = false;

  /**
   * @param before what the load before left
   * @param startedAt when this load began, in milliseconds since 1970
   * @param full whether it takes everything. @default as the options have it
   */
  constructor(options: Incremental, before: Since | undefined, startedAt: number, full?: boolean) {
    const { fullEvery = DAY_MS, initial } = options;
    const sweptAt = before?.sweptAt;
    const isDue = fullEvery !== 'never' && (sweptAt === undefined || startedAt - sweptAt >= fullEvery);
    this.full = full ?? (initial === undefined && (before?.value === undefined || isDue));
    this.#options = options;
    this.#before = before;
    this.#seenBefore = new Set(this.full ? [] : before?.seen);
    this.#startedAt = startedAt;
    this.#newest = before?.value;
  }

  /** The parameter that asks for what changed; none for a full sweep. */
  get params(): Record<string, string | number> {
    const { param, initial, lag = 0 } = this.#options;
    if (this.full) return {};
    const value = this.#before?.value ?? initial;
    return value === undefined
      ? {}
      : { [param]: this.#before?.value === undefined ? value : back(value, lag) };
  }

  /** Of a page's records those that are news. */
  take(records: readonly unknown[]): readonly unknown[] {
    const news = records.filter((record) => {
      const value = this.#valueOf(record);
      const name = nameOf(record);
      this.#seen.push({ name, value });
      if (value !== undefined && (this.#newest === undefined || isAfter(value, this.#newest)))
        this.#newest = value;
      return !this.#seenBefore.has(name);
    });
    this.#forget();
    return news;
  }

  /** How far the source has been read. */
  get since(): Since {
    const sweptAt = this.full ? this.#startedAt : this.#before?.sweptAt;
    return {
      ...(this.#newest !== undefined && { value: this.#newest }),
      seen: this.#names(),
      ...(sweptAt !== undefined && { sweptAt }),
    };
  }

  /** What the next load is told not to take for news. */
  #names(): readonly string[] {
    if (this.#isTooMuch) return [];
    // A load that brought nothing newer may not have been given the boundary again.
    const kept = !this.full && this.#newest === this.#before?.value ? this.#before?.seen : [];
    const dated = this.#seen.flatMap(({ name, value }) => (value === undefined ? [] : [name]));
    const all = new Set([...(kept ?? []), ...dated, ...this.#seen.map(({ name }) => name)]);
    if (all.size <= MAX_SEEN) return [...all];
    return dated.length <= MAX_SEEN ? [...new Set(dated)] : [];
  }

  /** Lets go of what the next load will not be given again. */
  #forget(): void {
    if (this.#newest !== undefined) {
      const from = back(this.#newest, this.#options.lag ?? 0);
      this.#seen = this.#seen.filter(({ value }) => value === undefined || !isAfter(from, value));
    }
    this.#isTooMuch ||= this.#seen.length > 20 * MAX_SEEN;
    if (this.#isTooMuch) this.#seen = [];
  }

  #valueOf(record: unknown): string | number | undefined {
    const found = at(record, this.#options.field);
    if (found === undefined || found === null || found === '') return undefined;
    if (typeof found === 'string' || (typeof found === 'number' && Number.isFinite(found))) return found;
    throw new InvalidInputError(
      'incremental.field',
      `a record has ${kindOf(found)} at "${this.#options.field}" where a text or a number is expected`,
      'Set it to the field that grows with every change',
    );
  }
}

/** Names a record as it is: one that changed and kept its value is another, and news. */
const nameOf = (record: unknown): string =>
  createHash('sha256').update(JSON.stringify(record)).digest('base64url').slice(0, 8);

/** A number for a value: itself, or that of a date. */
const numberOf = (value: string | number): number =>
  typeof value === 'number' ? value : /^\d{4}-\d\d/.test(value) ? Date.parse(value) : Number.NaN;

/** Whether a value comes after another: as dates or numbers where both are, else as text. */
function isAfter(a: string | number, b: string | number): boolean {
  const [x, y] = [numberOf(a), numberOf(b)];
  return Number.isNaN(x) || Number.isNaN(y) ? String(a) > String(b) : x > y;
}

/** A value as it was `lag` before. Text that is no date has no before. */
function back(value: string | number, lag: number): string | number {
  if (lag === 0) return value;
  if (typeof value === 'number') return value - lag;
  const time = numberOf(value);
  return Number.isNaN(time) ? value : new Date(time - lag).toISOString();
}
