/** A count of all records, as one page gave it. */
interface Given {
  readonly count: number;
  /** How many records that page had. */
  readonly records: number;
}

/** Compares how many records there are by one page and by the next: where that differs, records came or went. */
export class Totals {
  readonly #last = new Map<string, Given>();
  #hasMoved = false;

  /**
   * Takes in a count.
   *
   * @param where names the place that it stood at
   * @param records how many the page has
   */
  saw(where: string, count: number, records: number): void {
    const before = this.#last.get(where);
    this.#last.set(where, { count, records });
    if (before === undefined || before.count === count) return;
    const isOfPage = before.count === before.records && count === records;
    const isRest = before.count - count === before.records;
    this.#hasMoved ||= !isOfPage && !isRest;
  }

  get hasMoved(): boolean {
    return this.#hasMoved;
  }
}
