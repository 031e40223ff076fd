import type { Credential } from '../contract/adapter';
import { CredentialError } from '../contract/errors';
import { isSecretName } from '../contract/payloads';
import { Secret } from '../contract/secret';
import { fingerprintOf } from './fingerprint';
import { identityOf } from './identity';
import type { Keyring } from './keyring';
import type { BoundSecret, SecretProvider } from './provider';
import { openSealed } from './sealed-token';

/** What a worker resolves credential references with. */
export interface Vault {
  /** Where `secret:NAME` is looked up, in this order. */
  readonly providers: readonly SecretProvider[];
  /** What opens `sealed:…`. */
  readonly keyring?: Keyring;
  /** Whether a token may stand in the workflow as it is, for development. */
  readonly allowPlaintext?: boolean;
}

/** Who asks for a secret, and where it would go. */
export interface SecretUse {
  readonly origin: string;
  readonly namespace: string;
  readonly workflowType?: string;
}

const NAMED = 'secret:';

/**
 * Turns a credential reference into a secret, now.
 *
 * @throws CredentialError whose code says why not, and whose message says nothing of the secret
 */
export async function resolveCredential(
  reference: string,
  use: SecretUse,
  vault: Vault,
): Promise<Credential> {
  const secret = await resolveSecret(reference, use, vault);
  const fingerprint = await fingerprintOf(secret, use.namespace, vault.keyring);
  return { secret, identity: identityOf(secret), fingerprint };
}

/** An API has refused what a reference stands for: the next attempt asks the providers anew. */
export function forgetCredential(reference: string, { providers }: Vault): void {
  if (!reference.startsWith(NAMED)) return;
  for (const provider of providers) provider.forget?.(reference.slice(NAMED.length));
}

/** The secret alone: its fingerprint may take long to make. @throws CredentialError as {@link resolveCredential} does */
export async function resolveSecret(reference: string, use: SecretUse, vault: Vault): Promise<Secret> {
  if (reference.startsWith(NAMED)) {
    const name = reference.slice(NAMED.length);
    // Providers build paths and URLs of it.
    if (!isSecretName(name))
      throw new CredentialError(
        'CREDENTIAL_INVALID',
        'The name of a secret is segments of letters, digits, "_", "-" and ".", as in secret:team/CRM_TOKEN; this one may lead elsewhere, so nobody is asked for it. Send the workflow another apiToken.',
      );
    const found = await lookUp(name, use.origin, vault.providers);
    return permitted(reference, found, use, 'on the worker');
  }
  if (reference.startsWith('sealed:')) {
    const opened = openSealed(reference, { ...use, keyring: vault.keyring, now: Date.now() });
    return permitted('The sealed token', opened, use, 'where it is sealed');
  }
  if (vault.allowPlaintext === true) return new Secret(reference);
  throw new CredentialError(
    'CREDENTIAL_PLAINTEXT',
    'The workflow has a token in plaintext and not a credential reference, so it is not sent. Send it secret:NAME or a sealed token; for development only, set allowPlaintextTokens on the worker, too.',
  );
}

async function lookUp(
  name: string,
  origin: string,
  providers: readonly SecretProvider[],
): Promise<BoundSecret> {
  for (const provider of providers) {
    const bound = await ask(provider, name);
    if (bound !== undefined) return bound;
  }
  throw new CredentialError(
    'CREDENTIAL_MISSING',
    providers.length === 0
      ? `secret:${name} cannot be resolved: this worker has no secret providers. Pass secrets: [environmentSecrets({ ${name}: { origins: ['${origin}'] } })] to statefulWorkflow().`
      : `secret:${name} was not found (asked: ${providers.map((provider) => provider.name).join(', ')}). Set it on the worker and list it in its provider, or send the workflow another apiToken.`,
    { secret: name },
  );
}

async function ask(provider: SecretProvider, name: string): Promise<BoundSecret | undefined> {
  try {
    return await provider.get(name);
  } catch (error) {
    if (error instanceof CredentialError) throw error;
    const { code, name: type } = error as Partial<NodeJS.ErrnoException>;
    // Not its message: whose it is, and what it repeats, is not known here.
    throw new CredentialError(
      'CREDENTIAL_UNAVAILABLE',
      `${provider.name} could not be asked for secret:${name} (${code ?? type}). The load is tried again; see to it that the worker can reach and read it.`,
      { secret: name },
    );
  }
}

/** The secret, if it may be used so. */
function permitted(
  what: string,
  { secret, origins, workflowTypes }: BoundSecret,
  { origin, workflowType = 'unknown' }: SecretUse,
  where: string,
): Secret {
  if (!origins.includes(origin))
    throw new CredentialError(
      'CREDENTIAL_MISBOUND',
      `${what} is not bound to ${origin}, so it is not sent there. It is bound to ${origins.join(', ') || 'no origin'}: correct the apiUrl, or add the origin to the secret's origins ${where}.`,
      { origin },
    );
  if (workflowTypes !== undefined && !workflowTypes.includes(workflowType))
    throw new CredentialError(
      'CREDENTIAL_MISBOUND',
      `${what} may not be used by workflow type ${workflowType}. Add the type to the secret's workflowTypes ${where} if it should.`,
      { origin },
    );
  return secret;
}
