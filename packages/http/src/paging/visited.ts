import { createHash } from 'node:crypto';
import { InvalidInputError, type Json } from '@stateful-workflow/core';

/** Notices when a list leads back to where it has been. */
export class Visited {
  readonly #names = new Set<string>();
  readonly #check: string;

  /** @param check what to look at when it does, for the error: a sentence */
  constructor(check: string) {
    this.#check = check;
  }

  /** @throws InvalidInputError when `next` is a page that was read */
  go(from: Json | undefined, next: Json | undefined, request: string): void {
    if (from !== undefined) this.#names.add(nameOf(from));
    if (next === undefined || !this.#names.has(nameOf(next))) return;
    throw new InvalidInputError(
      'pagination',
      `${request} goes on at a page that was read before, so the list would never end`,
      this.#check,
    );
  }
}

/** Cursors and URLs can be long, and lists as well. */
function nameOf(place: Json): string {
  const text = typeof place === 'object' ? JSON.stringify(place) : String(place);
  return text.length < 24 ? text : createHash('sha256').update(text).digest('base64url').slice(0, 12);
}
