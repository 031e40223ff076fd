import { CredentialError, type CredentialReference, type Secret } from '@stateful-workflow/core';
import { SecretKeeper, type SecretUse } from '@stateful-workflow/core/secrets';
import type { CheckedOptions } from './options';
import { failed, refused, unavailable } from './report';
import type { SignedMessage, WebhookClaim } from './scheme';

/** How often secrets are asked for anew because a signature did not fit, in milliseconds: strangers may send many. */
const FORGET_EVERY_MS = 10_000;

/** Says who sent a request, by the secrets as they are now. */
export class Authenticity {
  readonly #options: CheckedOptions;
  readonly #keeper: SecretKeeper;
  readonly #use: SecretUse;
  #forgotAt = -Infinity;

  constructor(options: CheckedOptions) {
    const { client, from, workflowType, secrets, encryption } = options;
    this.#options = options;
    this.#keeper = new SecretKeeper({ secrets, encryption });
    this.#use = { origin: from, workflowType, namespace: client.options.namespace };
  }

  /** What the headers claim, as far as they can be right. @throws Turned */
  claim(headers: Headers): WebhookClaim {
    const { scheme, toleranceMs } = this.#options;
    const claim = scheme.claim(headers);
    if (claim === undefined) throw refused(`a header that ${scheme.name} needs is missing or malformed`);
    const age = Date.now() - (claim.signedAt ?? Date.now());
    if (age > toleranceMs)
      throw refused('it was signed too long ago: it was sent again, or a clock is wrong');
    if (-age > toleranceMs) throw refused('it was signed in the future: a clock is wrong');
    return claim;
  }

  /** @throws Turned unless the signature is by one of the secrets */
  async check(message: SignedMessage): Promise<void> {
    if (await this.#isSigned(message)) return;
    // A provider may have kept one that was rotated since.
    if (Date.now() - this.#forgotAt >= FORGET_EVERY_MS) {
      this.#forgotAt = Date.now();
      for (const reference of this.#options.secret) this.#keeper.forget(reference);
      if (await this.#isSigned(message)) return;
    }
    throw refused('the signature is not by a secret that is in use');
  }

  /** @throws Turned where it cannot be told */
  async #isSigned(message: SignedMessage): Promise<boolean> {
    const { secret: references, log } = this.#options;
    const errors: CredentialError[] = [];
    for (const reference of references) {
      try {
        if (await this.#fits(message, await this.#secretOf(reference))) return true;
      } catch (error) {
        if (!(error instanceof CredentialError)) throw error;
        errors.push(error);
        log.error(`A secret of webhooks from ${this.#options.from} cannot be used: ${error.message}`);
      }
    }
    // One that could not be asked for may be the one.
    if (errors.some(({ retryable }) => retryable)) throw unavailable('a secret could not be asked for');
    if (errors.length === references.length) throw failed('none of the secrets can be used');
    return false;
  }

  async #secretOf(reference: CredentialReference): Promise<Secret> {
    const secret = await this.#keeper.get(reference, this.#use);
    if (secret.reveal() !== '') return secret;
    // Anybody can sign with it.
    throw new CredentialError('CREDENTIAL_INVALID', `${named(reference)} is empty. Set it.`);
  }

  async #fits(message: SignedMessage, secret: Secret): Promise<boolean> {
    const { scheme } = this.#options;
    try {
      return await scheme.verify(message, secret);
    } catch {
      // Not what it says: that may be of the secret.
      throw new CredentialError(
        'CREDENTIAL_INVALID',
        `${scheme.name} cannot sign with one of the secrets. Set it as the sender gives it.`,
      );
    }
  }
}

/** A reference as it may be shown. */
const named = (reference: string): string =>
  reference.startsWith('secret:') ? reference : 'A sealed secret';
