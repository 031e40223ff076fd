import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { WebhookClaim } from './scheme';

/** The events that were accepted of late, of which there are so many at most. */
export class Remembered {
  readonly #known: LRUCache<string, true>;

  constructor({ maxRemembered, rememberMs }: { maxRemembered: number; rememberMs: number }) {
    this.#known = new LRUCache({ max: maxRemembered, ttl: rememberMs });
  }

  has(key: string | undefined): boolean {
    return key !== undefined && this.#known.has(key);
  }

  add(key: string | undefined): void {
    if (key !== undefined) this.#known.set(key, true);
  }
}

/**
 * What an event is known again by; `undefined` without an id. An id that is not signed counts together with the body, so that
 * nobody can have an event to come taken for a double.
 */
export function keyOf({ id, isIdSigned }: WebhookClaim, body: Buffer): string | undefined {
  if (id === undefined) return undefined;
  const hash = createHash('sha256').update(JSON.stringify(id));
  return (isIdSigned ? hash : hash.update(body)).digest('base64url');
}
