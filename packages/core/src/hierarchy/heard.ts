/** So many feeds are remembered. */
const MOST_FEEDS = 1_000;

/** {@link Heard} as it travels through continue-as-new. */
export type CarriedHeard = readonly (readonly [link: string, number: number])[];

/** The last number that was taken of each feed, so that what comes twice is left aside. */
export class Heard {
  readonly #numbers: Map<string, number>;

  constructor(carried: CarriedHeard = []) {
    this.#numbers = new Map(carried);
  }

  get isEmpty(): boolean {
    return this.#numbers.size === 0;
  }

  /** @returns whether a message is to be taken */
  take(link: string, number: number): boolean {
    if (number <= (this.#numbers.get(link) ?? 0)) return false;
    this.#numbers.delete(link);
    this.#numbers.set(link, number);
    // Nobody says that a feed has come to an end, so the oldest is forgotten.
    const [oldest] = this.#numbers.keys();
    if (this.#numbers.size > MOST_FEEDS && oldest !== undefined) this.#numbers.delete(oldest);
    return true;
  }

  carry(): CarriedHeard {
    return [...this.#numbers];
  }
}
