import { StatefulWorkflowError } from '../contract/errors';
import type { Json } from '../contract/schema';
import { Secret } from '../contract/secret';
import { setField } from '../state/json';
import { asItself, mayHoldPlaceholder, partsOf, placeholderFor, unwrapped, withCredential } from './put-back';
import { findSecrets, holdsSecret, redact, replaced, SHOWN } from './redact';

/** The most characters of a text that was said by somebody else. */
export const LONGEST_TEXT = 2_000;

/**
 * What one attempt of a load must not let out: the credential, what it is made of, and what was got with it. Whatever
 * leaves the worker goes through one of three doors:
 *
 * - {@link text} for what people read: errors, partial errors, the log.
 * - {@link data} for records, which are kept as the source gave them but for the secret.
 * - {@link stored} for what comes back to the worker: cursors, validators, progress. {@link putBack} undoes it.
 */
export class Concealment {
  readonly #secrets = new Map<string, Secret>();
  /** The source's credential: it is known again when what was stored comes back. */
  #credential: Secret | undefined;

  /** Names the source's credential, and the parts of it. */
  addCredential(secret: Secret): void {
    this.#credential = secret;
    this.add(secret);
  }

  /** Names a secret that was made from the credential or got with it. Of `user:password` the password counts, too. */
  add(secret: Secret): void {
    for (const part of partsOf(secret.reveal()))
      if (!this.#secrets.has(part)) this.#secrets.set(part, new Secret(part));
  }

  /** Whether it knows no secret yet. */
  get isEmpty(): boolean {
    return this.#secrets.size === 0;
  }

  /** Text for people: without secrets, and without user names and passwords in URLs. */
  text(text: string): string {
    return redact(text, this.#secrets.values());
  }

  /** Text of somebody else for people: {@link text}, and no more than {@link LONGEST_TEXT} characters of it. */
  shortText(text: string): string {
    return redact(text, this.#secrets.values(), LONGEST_TEXT);
  }

  /**
   * JSON that goes into the workflow, with {@link SHOWN} where a secret stood.
   *
   * @param place names it in errors, and in `tell`
   * @param tell is told where a secret was taken out
   * @param json gives the value as JSON, where it has been written already
   * @throws StatefulWorkflowError `SECRET_EXPOSED` that names the place, where it cannot be taken out: in a number, or
   *   in a key, which may be the id of an entity
   */
  data<T>(
    value: T,
    place: string,
    tell: (place: string) => void = () => {},
    json: () => string = () => JSON.stringify(value),
  ): T {
    if (this.#secrets.size === 0 || !this.#holds(json())) return value;
    const clean = this.#walked(value, place, (text, at) => {
      const spans = findSecrets(text, this.#secrets.values(), false);
      if (spans.length > 0) tell(at);
      return replaced(text, spans, () => SHOWN);
    });
    if (this.#holds(JSON.stringify(clean))) throw exposed(place, LEAVE_OUT);
    return clean as T;
  }

  /** @throws StatefulWorkflowError `SECRET_EXPOSED` when JSON in which nothing can be replaced holds a secret */
  refuse(json: string, place: string): void {
    if (this.#holds(json)) throw exposed(place, LEAVE_OUT);
  }

  /**
   * JSON that comes back to the worker, with placeholders where the source's credential stood.
   *
   * @throws StatefulWorkflowError `SECRET_EXPOSED` that names the place, for a secret that cannot be put back later
   */
  stored<T>(value: T, place: string): T {
    const json = JSON.stringify(value) ?? '';
    if (!this.#holds(json) && !mayHoldPlaceholder(json)) return value;
    const stored = this.#walked(value, place, (text, at) => this.#storedText(text, at));
    if (this.#holds(JSON.stringify(stored))) throw exposed(place, SEND_OTHERWISE);
    return stored as T;
  }

  /** What {@link stored} gave, with the credential in use in place of each placeholder. */
  putBack<T>(value: T): T {
    if (!mayHoldPlaceholder(JSON.stringify(value) ?? '')) return value;
    return mapped(
      value,
      '',
      (text) => withCredential(text, this.#credential),
      () => {},
    ) as T;
  }

  #storedText(text: string, place: string): string {
    const spans = findSecrets(text, this.#secrets.values(), false);
    if (spans.length === 0) return asItself(text);
    const wrapped = unwrapped(text);
    if (wrapped !== undefined && this.#holds(wrapped.inner))
      return wrapped.wrapping + this.#storedText(wrapped.inner, place);
    let stored = '';
    let at = 0;
    for (const { start, end } of spans) {
      const placeholder = this.#credential && placeholderFor(text.slice(start, end), this.#credential);
      if (placeholder === undefined) throw exposed(place, SEND_OTHERWISE);
      stored += asItself(text.slice(at, start)) + placeholder;
      at = end;
    }
    return stored + asItself(text.slice(at));
  }

  #holds(text: string): boolean {
    return holdsSecret(text, this.#secrets.values(), false);
  }

  /** A JSON value with other texts in it. Numbers and keys have no room for anything but what they are. */
  #walked(value: unknown, place: string, change: (text: string, place: string) => string): unknown {
    return mapped(value, place, change, (text, at) => {
      if (this.#holds(text)) throw exposed(at, LEAVE_OUT);
    });
  }
}

function mapped(
  value: unknown,
  place: string,
  change: (text: string, place: string) => string,
  check: (text: string, place: string) => void,
): unknown {
  if (typeof value === 'string') return change(value, place);
  if (typeof value === 'number') check(String(value), place);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item, i) => mapped(item, `${place}[${i}]`, change, check));
  const copy: Record<string, Json> = {};
  for (const [key, held] of Object.entries(value)) {
    check(key, `the name of a field or the id of an entity in ${place}`);
    setField(copy, key, mapped(held, place === '' ? key : `${place}.${key}`, change, check) as Json);
  }
  return copy;
}

const LEAVE_OUT =
  'Have the source leave it out, or ask for other fields; if it stands there by chance, the secret is too weak: make a longer one';
const SEND_OTHERWISE =
  'Have the adapter send the credential in a header, or go through the pages in another way than by what holds it';

function exposed(place: string, fix: string): StatefulWorkflowError {
  return new StatefulWorkflowError(
    'SECRET_EXPOSED',
    `The source gave a secret of the worker in ${place}, where it can neither be left nor taken out, so nothing of this load is kept. ${fix}.`,
  );
}
