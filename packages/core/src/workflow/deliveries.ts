import type { Delivery, Position } from '../contract/delivery';

/** By so much the clocks of a Temporal server's hosts may differ, in milliseconds. */
const CLOCKS_DIFFER = 1_000;

/** What feeds delivered and no load has taken in yet: of each source the newest. */
export class Deliveries {
  readonly #waiting = new Map<string, Delivery>();

  /** @param carried what {@link carry} gave */
  constructor(carried: readonly Delivery[] = []) {
    for (const delivery of carried) this.#waiting.set(delivery.source, delivery);
  }

  /** What waits of a source. */
  of(source: string): Delivery | undefined {
    return this.#waiting.get(source);
  }

  /** Has a delivery wait for the next load, in place of an earlier one. */
  add(delivery: Delivery): void {
    this.#waiting.set(delivery.source, delivery);
  }

  /** Takes out what waits of a source. */
  take(source: string): Delivery | undefined {
    const waiting = this.#waiting.get(source);
    this.#waiting.delete(source);
    return waiting;
  }

  /** For continue-as-new. */
  carry(): readonly Delivery[] | undefined {
    return this.#waiting.size > 0 ? [...this.#waiting.values()] : undefined;
  }
}

/** Where a delivery stands. */
export const positionOf = ({ from, epoch, position }: Position): Position => ({ from, epoch, position });

/** Whether a delivery is newer than another. Of two feeds, the one that asked the source last is right. */
export function isNewer({ from, epoch, position }: Position, than: Position | undefined): boolean {
  if (than === undefined) return true;
  if (from === than.from && epoch !== than.epoch) return epoch > than.epoch;
  return position > than.position;
}

/**
 * Whether a feed may have asked after something was told of by the source's own clock, although its position is no newer:
 * the two clocks differ.
 */
export const isTied = ({ epoch, position }: Position, than: Position): boolean =>
  epoch !== 0 && than.epoch === 0 && position > than.position - CLOCKS_DIFFER;

/**
 * Whether the workflow itself may have asked the source after a feed did. Which of them knows the newest then, nobody can
 * say but the source.
 *
 * @param lookedAt when the workflow's own last load ended, in milliseconds
 */
export const isDoubtful = ({ position }: Position, lookedAt = -Infinity): boolean =>
  position <= lookedAt + CLOCKS_DIFFER;
