import { Secret } from '@stateful-workflow/core';
import { holdsSecret } from '@stateful-workflow/core/secrets';
import type { Authorization } from './auth-scheme';

/** A credential this short is looked for by the name of its parameter only: it stands in texts by chance. */
const MIN_SECRET = 4;
/** What a scheme shows beside the credential, such as a version or a user, is looked for from this length on. */
const MIN_SHOWN = 8;

/** What one exchange has held or shown of a credential, to keep it at its origin. */
export class ShownSecrets {
  readonly #secrets = new Map<string, Secret>();
  readonly #parameters = new Set<string>();

  /** @param parameters query parameters that hold the secret, whoever writes them */
  constructor(parameters: readonly string[] = []) {
    for (const name of parameters) this.#parameters.add(name.toLowerCase());
  }

  /** The credential itself. */
  hold(secret: string): void {
    if (secret.length >= MIN_SECRET) this.#secrets.set(secret, new Secret(secret));
  }

  /** What was made or got from it. */
  derive(secret: string): void {
    if (secret.length >= MIN_SHOWN) this.#secrets.set(secret, new Secret(secret));
  }

  /** What a scheme adds to a request. */
  show({ headers = {}, query = {} }: Authorization): void {
    for (const name of Object.keys(query)) this.#parameters.add(name.toLowerCase());
    for (const value of [...Object.values(headers), ...Object.values(query)]) {
      this.derive(value);
      // Bearer, Basic and their like name themselves first.
      this.derive(value.slice(value.indexOf(' ') + 1));
    }
  }

  /**
   * A URL of another origin as it may be asked: without the parameters that showed the credential.
   *
   * @returns `undefined` when it holds the credential all the same
   */
  leftOut(url: URL): URL | undefined {
    const clean = new URL(url);
    for (const name of new Set(url.searchParams.keys()))
      if (this.#parameters.has(name.toLowerCase())) clean.searchParams.delete(name);
    return this.isIn(clean.href) ? undefined : clean;
  }

  /** Whether a text holds the credential, or what was made or got from it. */
  isIn(text: string): boolean {
    return holdsSecret(text, this.#secrets.values());
  }
}
