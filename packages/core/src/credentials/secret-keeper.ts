import { listOf, matching, object } from '../contract/check';
import type { CredentialReference } from '../contract/credential-reference';
import { InvalidInputError } from '../contract/errors';
import { isReference } from '../contract/payloads';
import type { Secret } from '../contract/secret';
import type { Keyring } from './keyring';
import { parsedOrigin, type SecretProvider } from './provider';
import { forgetCredential, resolveSecret, type SecretUse, type Vault } from './resolve';

/** What an application resolves references with. */
export interface SecretKeeperOptions {
  /** Where `secret:NAME` is looked up, in this order. @default none */
  readonly secrets?: readonly SecretProvider[];
  /** What opens `sealed:…`. @default none: sealed secrets are refused */
  readonly encryption?: { readonly keyring: Keyring };
}

/**
 * Secrets for an application outside of activities, such as a server that receives webhooks: from the same providers, under
 * the same bindings as those of a worker.
 *
 * ## Rules
 * - Ask each time a secret is used, and keep none: a rotation is then followed by itself.
 * - Call `secret.reveal()` where it is used, and nowhere else.
 *
 * @example
 * const keeper = new SecretKeeper({ secrets: [environmentSecrets({ CRM_HOOK: { origins: ['https://crm.example.com'] } })] });
 * const use = { origin: 'https://crm.example.com', namespace: 'default', workflowType: 'CustomerWorkflow' };
 * const secret = await keeper.get('secret:CRM_HOOK', use);
 */
export class SecretKeeper {
  readonly #vault: Vault;

  /** @throws InvalidInputError when an option cannot be used */
  constructor({ secrets = [], encryption }: SecretKeeperOptions) {
    checkProviders(secrets, 'secrets');
    if (encryption !== undefined) checkKeyring(encryption.keyring, 'encryption.keyring');
    this.#vault = { providers: secrets, keyring: encryption?.keyring };
  }

  /**
   * The secret that a reference stands for, now.
   *
   * @param use what it is used for, to which it must be bound: of `origin`, the address of the other side, only the origin counts
   * @throws CredentialError whose code says why not, and whose message says nothing of the secret; only what may pass is
   *   `retryable`
   * @throws InvalidInputError for what is no reference, or no origin
   */
  async get(reference: CredentialReference, use: SecretUse): Promise<Secret> {
    const origin = parsedOrigin(use.origin);
    if (origin === undefined)
      throw new InvalidInputError(
        'origin',
        'is not an origin',
        'Write scheme://host[:port], as in https://crm.example.com',
      );
    return resolveSecret(checkReference(reference), { ...use, origin }, this.#vault);
  }

  /** What a reference stands for did not fit: what providers have cached of it is not used again. */
  forget(reference: CredentialReference): void {
    forgetCredential(reference, this.#vault);
  }
}

function checkReference(reference: unknown): string {
  if (typeof reference === 'string' && isReference(reference)) return reference;
  throw new InvalidInputError(
    'reference',
    'is not a credential reference',
    'Give secret:NAME, or what sealToken() made; if this was a secret itself, rotate it',
    'CREDENTIAL_PLAINTEXT',
  );
}

const checkProviders = listOf(
  matching<SecretProvider>(
    'a provider of secrets',
    "environmentSecrets({ CRM_HOOK: { origins: ['https://crm.example.com'] } })",
    (value) => typeof (value as SecretProvider | null | undefined)?.get === 'function',
  ),
);

const checkKeyring = object<Keyring>("new Keyring({ primary: 'ID', keys: { ID: '…' } })");
