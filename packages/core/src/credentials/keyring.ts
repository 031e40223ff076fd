import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { InvalidInputError } from '../contract/errors';

/** What a {@link Keyring} is made of. */
export interface KeyringOptions {
  /** The id of the key that seals and encrypts from now on. */
  readonly primary: string;
  /**
   * Keys by id, each of 32 bytes: as they are, or in base64 or hex. Older keys stay listed for as long as something
   * that they have sealed or encrypted is to be read.
   */
  readonly keys: Readonly<Record<string, string | Uint8Array>>;
}

const KEY_ID = /^[A-Za-z0-9_-]{1,64}$/;
const KEY_BYTES = 32;

/**
 * The keys that clients and workers share: they seal tokens and encrypt payloads. For each purpose and namespace a key
 * of its own is derived (HKDF-SHA256), so that nothing that was made for one can be opened as another.
 *
 * To rotate, add a key everywhere, then make it `primary`, then remove the old one when nothing needs it any more.
 *
 * @example
 * const keyring = new Keyring({ primary: '2026-11', keys: { '2026-11': process.env.STATEFUL_KEY } }); // openssl rand -base64 32
 */
export class Keyring {
  readonly primary: string;
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #derived = new Map<string, Buffer>();

  /** @throws InvalidInputError that names the key and never holds it */
  constructor({ primary, keys }: KeyringOptions) {
    this.primary = primary;
    this.#keys = new Map(Object.entries(keys).map(([id, key]) => [id, keyOf(id, key)]));
    if (!this.#keys.has(primary))
      throw new InvalidInputError('keyring.primary', 'is not the id of one of the keys', 'Name one of them');
  }

  /**
   * A keyring from a file of JSON, `{ "primary": "…", "keys": { "…": "base64" } }`, which only its owner may read.
   *
   * @throws InvalidInputError that says what is wrong with the file and holds none of it
   */
  static fromFile(path: string): Keyring {
    let options: unknown;
    try {
      options = JSON.parse(readFileSync(path, 'utf8'));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new InvalidInputError(
        'keyring',
        `the file ${path} ${code === undefined ? 'is not JSON' : `cannot be read (${code})`}`,
        'Write { "primary": "ID", "keys": { "ID": "32 bytes in base64" } }',
      );
    }
    const { primary, keys } = (options ?? {}) as Partial<KeyringOptions>;
    if (typeof primary !== 'string' || typeof keys !== 'object' || keys === null)
      throw new InvalidInputError(
        'keyring',
        `the file ${path} lacks primary or keys`,
        'Write { "primary": "ID", "keys": { "ID": "32 bytes in base64" } }',
      );
    return new Keyring({ primary, keys });
  }

  /** Whether there is a key of that id. */
  has(id: string): boolean {
    return this.#keys.has(id);
  }

  /**
   * The key for one purpose in one namespace.
   *
   * @internal
   */
  derive(id: string, purpose: string, namespace: string): Buffer {
    const info = `stateful-workflow/${purpose}/${namespace}`;
    const name = `${id} ${info}`;
    let derived = this.#derived.get(name);
    if (derived === undefined) {
      const key = this.#keys.get(id);
      if (key === undefined) throw new RangeError(`no key ${id}`);
      derived = Buffer.from(hkdfSync('sha256', key, '', info, KEY_BYTES));
      // A namespace can come from outside: what it can make this hold is bounded.
      if (this.#derived.size >= 1_000) this.#derived.clear();
      this.#derived.set(name, derived);
    }
    return derived;
  }

  toJSON(): string {
    return '[keyring]';
  }

  /** What `console.log` and `util.inspect` print. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[keyring]';
  }
}

function keyOf(id: string, key: unknown): KeyObject {
  const field = `keyring.keys.${id.slice(0, 80)}`;
  if (!KEY_ID.test(id))
    throw new InvalidInputError(field, 'is not an id for a key', 'Use up to 64 letters, digits, - and _');
  const bytes = typeof key === 'string' ? decoded(key.trim()) : key;
  if (bytes instanceof Uint8Array && bytes.length === KEY_BYTES) return createSecretKey(bytes);
  throw new InvalidInputError(
    field,
    `is not a key of ${KEY_BYTES} bytes`,
    'Make one with: openssl rand -base64 32',
  );
}

function decoded(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}
