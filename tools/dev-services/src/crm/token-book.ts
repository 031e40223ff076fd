import { randomBytes } from 'node:crypto';

/** The bearer tokens that the CRM takes. It never tells them to anybody who does not have them. */
export class TokenBook {
  readonly #tokens: Set<string>;

  constructor(tokens: readonly string[]) {
    this.#tokens = new Set(tokens);
  }

  /** Makes a new token, `crm_` and 24 hexadecimal digits. */
  issue(): string {
    const token = `crm_${randomBytes(12).toString('hex')}`;
    this.#tokens.add(token);
    return token;
  }

  add(token: string): void {
    this.#tokens.add(token);
  }

  /** @returns whether it was valid until now */
  revoke(token: string): boolean {
    return this.#tokens.delete(token);
  }

  /** Revokes every token and makes a new one. */
  rotate(): string {
    this.#tokens.clear();
    return this.issue();
  }

  accepts(token: string): boolean {
    return this.#tokens.has(token);
  }
}
