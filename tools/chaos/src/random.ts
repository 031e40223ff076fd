/** Numbers that look random and are the same for the same seed and the same purpose (mulberry32). */
export class Random {
  #state: number;

  /** @param purpose what they are for: what one part draws leaves the numbers of the others alone */
  constructor(seed: number, purpose: string) {
    this.#state = [...purpose].reduce(
      (state, letter) => Math.imul(state ^ letter.charCodeAt(0), 0x01000193),
      seed,
    );
  }

  /** From 0 to 1, without 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[this.below(items.length)];
  }

  /** One of several, each as often as its weight says. */
  weighted<T>(items: readonly (readonly [weight: number, item: T])[]): T {
    let left = this.next() * items.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, item] of items) if ((left -= weight) < 0) return item;
    throw new Error('There is nothing to choose from.');
  }
}
