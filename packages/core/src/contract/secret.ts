import { type Branded, hasInstance } from './brand';

/**
 * Holds a secret value so that it cannot be printed by accident: string conversion, JSON and
 * `util.inspect` all give `[secret]`. Only {@link Secret.reveal} gives the value.
 */
export class Secret {
  /** What `instanceof` goes by where this package is there more than once. */
  static readonly brand: string = '@stateful-workflow/core.Secret';
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself. Call it where the value is used, never to store or log it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  /** What `console.log` and `util.inspect` print. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }

  /** Knows the secrets of another copy of this package, too. */
  static [Symbol.hasInstance](this: Branded, value: unknown): boolean {
    return hasInstance(this, value);
  }
}
