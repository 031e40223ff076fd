import { createHash } from 'node:crypto';
import type { Credential } from '../contract/adapter';
import { CredentialError } from '../contract/errors';
import { Secret } from '../contract/secret';

/** A secret with what it may be used for. */
export interface BoundSecret {
  readonly secret: Secret;
  /** The origins it may be sent to, as `new URL(...).origin` gives them. */
  readonly origins: readonly string[];
  /** The workflow types that may use it. @default every type */
  readonly workflowTypes?: readonly string[];
}

/** Where a worker looks up `secret:NAME`. */
export interface SecretProvider {
  /** Names the provider in errors. */
  readonly name: string;
  /** The secret of that name as it is now, or `undefined` when this provider does not have it. */
  get(name: string): BoundSecret | undefined | Promise<BoundSecret | undefined>;
}

/** What a secret may be used for. */
export interface SecretBinding {
  /** The origins it may be sent to: `https://crm.example.com`. */
  readonly origins: readonly string[];
  /** The workflow types that may use it. @default every type */
  readonly workflowTypes?: readonly string[];
  /** The environment variable that holds it. @default the secret's own name */
  readonly variable?: string;
}

/**
 * Secrets from environment variables. Only the names listed can be asked for; each is read anew at every
 * attempt.
 *
 * @example
 * environmentSecrets({ CRM_TOKEN: { origins: ['https://crm.example.com'] } }) // apiToken: 'secret:CRM_TOKEN'
 */
export function environmentSecrets(
  bindings: Readonly<Record<string, SecretBinding>>,
  environment: NodeJS.ProcessEnv = process.env,
): SecretProvider {
  return {
    name: 'environment',
    get: (name) => {
      const binding = Object.hasOwn(bindings, name) ? bindings[name] : undefined;
      const value = binding && environment[binding.variable ?? name];
      if (binding === undefined || value === undefined || value === '') return undefined;
      return {
        secret: new Secret(value),
        origins: binding.origins.map(originOf),
        workflowTypes: binding.workflowTypes,
      };
    },
  };
}

/** Who asks for a secret, and where it would go. */
export interface SecretUse {
  readonly origin: string;
  readonly workflowType?: string;
}

/**
 * Turns a credential reference into a secret, now.
 *
 * @throws CredentialError `CREDENTIAL_MISSING` when no provider has it, `CREDENTIAL_MISBOUND` when it is not
 *   for this origin or workflow type
 */
export async function resolveCredential(
  reference: string,
  use: SecretUse,
  providers: readonly SecretProvider[],
): Promise<Credential> {
  if (!reference.startsWith('secret:')) {
    throw new CredentialError(
      'CREDENTIAL_MISSING',
      'The credential is not a reference this worker can resolve. Use secret:NAME.',
    );
  }
  const name = reference.slice('secret:'.length);
  for (const provider of providers) {
    const bound = await provider.get(name);
    if (bound === undefined) continue;
    const context = { secret: name, origin: use.origin };
    if (!bound.origins.includes(use.origin)) {
      throw new CredentialError(
        'CREDENTIAL_MISBOUND',
        `secret:${name} is not bound to ${use.origin}, so it is not sent there. It is bound to ${bound.origins.join(', ')}: correct the apiUrl, or add the origin to the secret's origins on the worker.`,
        context,
      );
    }
    if (bound.workflowTypes !== undefined && !bound.workflowTypes.includes(use.workflowType ?? '')) {
      throw new CredentialError(
        'CREDENTIAL_MISBOUND',
        `secret:${name} may not be used by workflow type ${use.workflowType ?? 'unknown'}. Add the type to the secret's workflowTypes on the worker if it should.`,
        context,
      );
    }
    return { secret: bound.secret, fingerprint: fingerprint(bound.secret) };
  }
  const asked = providers.map((provider) => provider.name).join(', ');
  throw new CredentialError(
    'CREDENTIAL_MISSING',
    providers.length === 0
      ? `secret:${name} cannot be resolved: this worker has no secret providers. Pass secrets: [environmentSecrets({ ${name}: { origins: ['${use.origin}'] } })] to statefulWorkflow().`
      : `secret:${name} was not found (asked: ${asked}). Set it on the worker and list it in its provider, or send the workflow another apiToken.`,
    { secret: name },
  );
}

/** Eight hex digits that tell secrets apart. */
export function fingerprint(secret: Secret): string {
  return createHash('sha256').update(`stateful-workflow:${secret.reveal()}`).digest('hex').slice(0, 8);
}

function originOf(origin: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url === undefined || url.host === '') {
    throw new CredentialError(
      'CREDENTIAL_MISBOUND',
      `"${origin}" is not an origin. Write it as https://host or https://host:port.`,
    );
  }
  // Of schemes that the URL standard does not know, such as postgres, `origin` is "null" for every host.
  return url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin;
}
