import { at } from '@stateful-workflow/http';
import type { Incremental } from './rest-query';

type Value = string | number;

/**
 * Watches the borders between the pages of an incremental list. When a record changes while the list is read, it moves
 * to the end, those after it move up by one, and the first of the next page slips onto one that was read. The record
 * that moved is then there twice: the list has to be read again from the end of the page that it was on before.
 */
export class Borders {
  readonly #options: Incremental;
  readonly #pageOf = new Map<string, number>();
  readonly #ends: (Value | undefined)[] = [];
  #first = Infinity;

  /** @param border where an attempt before broke off: what moved in the pause is not known */
  constructor(options: Incremental, border: Value | undefined) {
    this.#options = options;
    if (border === undefined) return;
    this.#ends.push(border);
    this.#first = 0;
  }

  /** Takes in the records of a page. */
  take(records: readonly unknown[]): void {
    const { key = 'id', field } = this.#options;
    const page = this.#ends.length;
    for (const record of records) {
      const id = at(record, key);
      if (typeof id !== 'string' && typeof id !== 'number') continue;
      const earlier = this.#pageOf.get(String(id));
      if (earlier !== undefined && earlier < page) this.#first = Math.min(this.#first, earlier);
      this.#pageOf.set(String(id), page);
    }
    const last = at(records.at(-1), field);
    this.#ends.push(typeof last === 'string' || typeof last === 'number' ? last : this.#ends.at(-1));
  }

  /** The value at the end of the last page. */
  get last(): Value | undefined {
    return this.#ends.at(-1);
  }

  /** From where the list has to be read again, if something in it moved. */
  get again(): Value | undefined {
    return this.#ends[this.#first];
  }
}
