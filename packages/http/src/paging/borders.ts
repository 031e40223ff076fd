import { createHash } from 'node:crypto';
import { compareValues } from '../cursors/cursor-value';
import { at } from '../values';

type Value = string | number;

/** What an attempt that goes on has to know of the pages before. */
export interface KnownBorders {
  /** The earliest value at a border between pages, and before the second page that at the end of the first. */
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
  /** The zone of times without one. */
  readonly zone?: string;
}

const isValue = (value: unknown): value is Value => typeof value === 'string' || typeof value === 'number';

const NAME_LENGTH = 6;
/** More names than this are too much for a heartbeat. */
const MAX_NAMES = 1_000;

/** Where the next load of an incremental list begins. */
export interface NextStart {
  readonly value: Value;
  /** Up to where records were read once only, and are read again by it. */
  readonly readTo?: Value;
}

/**
 * Watches the borders between the pages of an incremental list that has several. When a record changes or goes while the list is read,
 * those after it move up by one, and the first of the next page slips onto one that was read. So what is after the first
 * page is read once more by the next load, which then is done with it. One that changed is there twice; where that is
 * seen, or a total that differs, more may have slipped, and the list is read again from the end of its first page
 * however often it was.
 */
export class Borders {
  readonly #fields: RecordFields;
  readonly #readTo: Value | undefined;
  readonly #names = new Set<string>();
  #first: Value | undefined;
  #last: Value | undefined;
  #again: Value | undefined;
  #pages = 0;
  #hasMoved = false;

  /**
   * @param known of an attempt before: what moved in the pause is not known
   * @param readTo up to where the load before read once only what is read again
   */
  constructor(fields: RecordFields, known: KnownBorders | undefined, readTo?: Value) {
    this.#fields = fields;
    this.#readTo = readTo;
    if (known === undefined) return;
    const { first, last, again = last, names = '' } = known;
    this.#first = first;
    this.#last = last;
    this.#again = again;
    this.#pages = 1;
    for (let i = 0; i < names.length; i += NAME_LENGTH) this.#names.add(names.slice(i, i + NAME_LENGTH));
  }

  /** Takes in the records of a page. */
  take(records: readonly unknown[]): void {
    const { key = 'id', field } = this.#fields;
    const names = records.flatMap((record) => {
      const id = at(record, key);
      if (!isValue(id)) return [];
      return [createHash('sha256').update(String(id)).digest('base64url').slice(0, NAME_LENGTH)];
    });
    this.#hasMoved ||= names.some((name) => this.#names.has(name));
    for (const name of names) this.#names.add(name);
    // In order of time it is the end of the first page; where the newest come first, the beginning of the last one.
    if (this.#pages++ > 0) this.#border(this.#last, at(records[0], field));
    const value = at(records.at(-1), field);
    if (!isValue(value)) return;
    this.#first ??= value;
    this.#last = value;
  }

  #border(...values: readonly unknown[]): void {
    for (const value of values.filter(isValue))
      if (this.#first === undefined || compareValues(value, this.#first, this.#fields.zone) < 0)
        this.#first = value;
  }

  /** Something shows that records moved. */
  moved(): void {
    this.#hasMoved = true;
  }

  /** What an attempt that goes on has to know. */
  get known(): KnownBorders | undefined {
    if (this.#first === undefined || this.#last === undefined) return undefined;
    const again = this.#hasMoved ? this.#first : this.#again;
    const names = this.#names.size > MAX_NAMES ? undefined : [...this.#names].join('');
    return {
      first: this.#first,
      last: this.#last,
      ...(again !== undefined && { again }),
      ...(names !== undefined && { names }),
    };
  }

  /** Where the next load begins. @param newest the newest value that was read */
  next(newest: Value): NextStart {
    const value = this.from(newest);
    return value === newest ? { value } : { value, readTo: newest };
  }

  /** The earliest that the next load may begin, as far as is known by now. */
  from(newest: Value): Value {
    const { zone } = this.#fields;
    const earlier = (a: Value, b: Value | undefined): Value =>
      b !== undefined && compareValues(b, a, zone) < 0 ? b : a;
    // What was read twice by now is done with.
    const [first, done] = [this.#first, this.#readTo];
    const isDone = !this.#hasMoved && done !== undefined;
    const once = isDone && first !== undefined && compareValues(first, done, zone) < 0 ? done : first;
    // The border of a page can lie in the future, where no load begins.
    return earlier(earlier(newest, once), this.#again);
  }
}
