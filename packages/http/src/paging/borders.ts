import { createHash } from 'node:crypto';
import { at } from '../values';

type Value = string | number;

/** What an attempt that goes on has to know of the pages before. */
export interface KnownBorders {
  /** The value at the end of the first page. */
  readonly first: Value;
  /** The value at the end of the last page. */
  readonly last: Value;
  /** From where the list has to be read again by now. @default nothing in it moved, as far as is known */
  readonly again?: Value;
  /** The records of these pages, where they are few, each by six letters. */
  readonly names?: string;
}

/** What tells records and their changes apart: dotted paths. */
interface RecordFields {
  /** @default 'id' */
  readonly key?: string;
  /** The field that grows with every change. */
  readonly field: string;
}

const NAME_LENGTH = 6;
/** More names than this are too much for a heartbeat. */
const MAX_NAMES = 1_000;

/**
 * Watches the borders between the pages of an incremental list. When a record changes while the list is read, it moves
 * to the end, those after it move up by one, and the first of the next page slips onto one that was read. The record
 * that moved is then there twice. Several may have moved, and some of them slipped away themselves: so the list has to
 * be read again from the end of its first page.
 */
export class Borders {
  readonly #fields: RecordFields;
  readonly #names = new Set<string>();
  #first: Value | undefined;
  #last: Value | undefined;
  #again: Value | undefined;

  /** @param known of an attempt before: what moved in the pause is not known */
  constructor(fields: RecordFields, known: KnownBorders | undefined) {
    this.#fields = fields;
    if (known === undefined) return;
    const { first, last, again = last, names = '' } = known;
    this.#first = first;
    this.#last = last;
    this.#again = again;
    for (let i = 0; i < names.length; i += NAME_LENGTH) this.#names.add(names.slice(i, i + NAME_LENGTH));
  }

  /** Takes in the records of a page. */
  take(records: readonly unknown[]): void {
    const { key = 'id', field } = this.#fields;
    const names = records.flatMap((record) => {
      const id = at(record, key);
      if (typeof id !== 'string' && typeof id !== 'number') return [];
      return [createHash('sha256').update(String(id)).digest('base64url').slice(0, NAME_LENGTH)];
    });
    if (names.some((name) => this.#names.has(name))) this.#again = this.#first;
    for (const name of names) this.#names.add(name);
    const value = at(records.at(-1), field);
    if (typeof value !== 'string' && typeof value !== 'number') return;
    this.#first ??= value;
    this.#last = value;
  }

  /** What an attempt that goes on has to know. */
  get known(): KnownBorders | undefined {
    if (this.#first === undefined || this.#last === undefined) return undefined;
    const names = this.#names.size > MAX_NAMES ? undefined : [...this.#names].join('');
    return {
      first: this.#first,
      last: this.#last,
      ...(this.#again !== undefined && { again: this.#again }),
      ...(names !== undefined && { names }),
    };
  }

  /** From where the list has to be read again, if something in it moved. */
  get again(): Value | undefined {
    return this.#again;
  }
}
