import { isIPv6 } from 'node:net';
import { LRUCache } from 'lru-cache';

/** How many wrong tokens are taken within a window: from one address, and from all that are not known. */
const MOST_BY_ADDRESS = 10;
const MOST_OVERALL = 100;
const WINDOW_MS = 60_000;

/** So many addresses are remembered, of each kind; past it the one that was seen longest ago is forgotten. */
const MAX_ADDRESSES = 1_000;

interface Window {
  readonly endsAt: number;
  count: number;
}

/**
 * Counts wrong tokens, so that nobody can try many. Those who try from many addresses are held back together; an address
 * that has shown the right token is not held back with them.
 */
export class Tries {
  readonly #byAddress = new LRUCache<string, Window>({ max: MAX_ADDRESSES });
  readonly #known = new LRUCache<string, true>({ max: MAX_ADDRESSES });
  readonly #now: () => number;
  #overall: Window = { endsAt: 0, count: 0 };

  /** @param now the time, in milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#byAddress.size + this.#known.size;
  }

  /** How long an address has to wait before it may try again, in seconds; 0 when it may. */
  wait(ip: string): number {
    const now = this.#now();
    const address = network(ip);
    const own = this.#byAddress.get(address);
    const waits = [
      own !== undefined && own.count >= MOST_BY_ADDRESS ? own.endsAt - now : 0,
      this.#overall.count >= MOST_OVERALL && !this.#known.has(address) ? this.#overall.endsAt - now : 0,
    ];
    return Math.max(0, Math.ceil(Math.max(...waits) / 1_000));
  }

  /** An address has shown a wrong token. */
  failed(ip: string): void {
    const now = this.#now();
    const begin = (window: Window | undefined): Window =>
      window === undefined || window.endsAt <= now ? { endsAt: now + WINDOW_MS, count: 0 } : window;
    const address = network(ip);
    const own = begin(this.#byAddress.get(address));
    own.count += 1;
    this.#byAddress.set(address, own);
    this.#overall = begin(this.#overall);
    this.#overall.count += 1;
  }

  /** An address has shown the right token. */
  passed(ip: string): void {
    this.#known.set(network(ip), true);
  }
}

/** What one party has: an IPv4 address, or the first 64 bits of an IPv6 address. */
function network(ip: string): string {
  const [, v4] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip) ?? [];
  if (v4 !== undefined || !isIPv6(ip)) return v4 ?? ip;
  const [head = '', tail] = ip.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...(tail === undefined ? [] : zeros), ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
