/** So many feeds are remembered. */
const MOST_FEEDS = 1_000;

/** {@link Heard} as it travels through continue-as-new. */
export type CarriedHeard = readonly (readonly [link: string, number: number])[];

/** The last number that was taken of each feed, so that what comes twice is left aside. */
export class Heard {
  /** Absent while there are none: most workflows subscribe to nothing. */
  #numbers?: Map<string, number>;

  constructor(carried: CarriedHeard = []) {
    if (carried.length > 0) this.#numbers = new Map(carried);
  }

  get isEmpty(): boolean {
    return this.#numbers === undefined;
  }

  /** @returns whether a message is to be taken */
  take(link: string, number: number): boolean {
    const numbers = (this.#numbers ??= new Map<string, number>());
    if (number <= (numbers.get(link) ?? 0)) return false;
    numbers.delete(link);
    numbers.set(link, number);
    // Nobody says that a feed has come to an end, so the oldest is forgotten.
    const [oldest] = numbers.keys();
    if (numbers.size > MOST_FEEDS && oldest !== undefined) numbers.delete(oldest);
    return true;
  }

  carry(): CarriedHeard {
    return [...(this.#numbers ?? [])];
  }
}
