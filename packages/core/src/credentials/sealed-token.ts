import { CredentialError, InvalidInputError } from '../contract/errors';
import { Secret } from '../contract/secret';
import type { CredentialReference } from '../contract/credential-reference';
import { decrypt, encrypt } from './cipher';
import type { Keyring } from './keyring';
import { bindingOf, type BoundSecret, type SecretBinding } from './provider';

/** What a token is sealed for. */
export interface SealOptions extends SecretBinding {
  /** The keys that the workers have, too. */
  readonly keyring: Keyring;
  /** The Temporal namespace that it may be used in. @default 'default' */
  readonly namespace?: string;
  /** From when on it is refused. @default never: it lives as long as its key */
  readonly expiresAt?: Date;
}

/** What stands in front of a sealed token, readable and authenticated. */
interface Header {
  readonly v: 1;
  /** The key's id. */
  readonly k: string;
  /** The namespace. */
  readonly n: string;
  /** The origins. */
  readonly o: readonly string[];
  /** When it expires, in milliseconds since 1970. */
  readonly e?: number;
  /** The workflow types. */
  readonly t?: readonly string[];
}

const PURPOSE = 'sealed-token';
const PREFIX = 'sealed:';
/** The longest reference that a workflow takes, and the longest secret that fits with room for its origins. */
const MAX_REFERENCE = 8_192;
const MAX_SECRET = 4_096;

/**
 * Seals a token, so that it can travel through a workflow which cannot read it: AES-256-GCM under the primary key of a
 * keyring that the workers share, bound to the namespace, origins and workflow types that are given here. Only an
 * activity opens it, for one of those origins.
 *
 * @returns a credential reference, `sealed:…`
 * @throws InvalidInputError that says nothing of the token
 * @example
 * const apiToken = sealToken(token, { keyring, origins: ['https://crm.example.com'], expiresAt: tomorrow });
 */
export function sealToken(
  token: string | Secret,
  { keyring, namespace = 'default', expiresAt, ...binding }: SealOptions,
): CredentialReference {
  const value = token instanceof Secret ? token.reveal() : token;
  if (typeof value !== 'string' || value === '' || Buffer.byteLength(value) > MAX_SECRET)
    throw new InvalidInputError(
      'value',
      `is not a text of 1 to ${MAX_SECRET} bytes`,
      'Give the token itself',
      'CREDENTIAL_INVALID',
    );
  const { origins, workflowTypes } = bindingOf('sealToken', binding);
  if (origins.length === 0)
    throw new InvalidInputError(
      'origins',
      'is empty, so that the token could be sent nowhere',
      'Name the origins that it is for, as in https://crm.example.com',
    );
  const time = expiresAt?.getTime();
  if (Number.isNaN(time)) throw new InvalidInputError('expiresAt', 'is not a date', 'Give a valid Date');
  const header: Header = { v: 1, k: keyring.primary, n: namespace, o: origins, e: time, t: workflowTypes };
  const head = Buffer.from(JSON.stringify(header)).toString('base64url');
  const key = keyring.derive(keyring.primary, PURPOSE, namespace);
  const body = encrypt(key, Buffer.from(value), Buffer.from(head)).toString('base64url');
  const reference: CredentialReference = `${PREFIX}${head}.${body}`;
  if (reference.length <= MAX_REFERENCE) return reference;
  throw new InvalidInputError(
    'origins',
    `makes the sealed token longer than ${MAX_REFERENCE} characters`,
    'Bind it to fewer origins or workflow types',
  );
}

/** Where a sealed token is opened. */
export interface OpenOptions {
  readonly keyring: Keyring | undefined;
  readonly namespace: string;
  readonly now: number;
}

/**
 * Opens a sealed token, in an activity.
 *
 * @throws CredentialError with a code for each reason, none of which says anything of the token
 */
export function openSealed(reference: string, { keyring, namespace, now }: OpenOptions): BoundSecret {
  const again = 'Seal the token anew with sealToken() and send that.';
  if (keyring === undefined)
    throw new CredentialError(
      'CREDENTIAL_KEY_UNKNOWN',
      'The token is sealed and this worker has no keyring. Pass encryption: { keyring } to statefulWorkflow().',
    );
  const [head = '', body = '', ...others] = reference.slice(PREFIX.length).split('.');
  const header = headerOf(head);
  const sealed = Buffer.from(body, 'base64url');
  // Node reads over what is no base64url.
  if (header === undefined || others.length > 0 || sealed.toString('base64url') !== body)
    throw new CredentialError(
      'CREDENTIAL_TAMPERED',
      `The sealed token is not one that can be read. ${again}`,
    );
  if (!keyring.has(header.k))
    throw new CredentialError(
      'CREDENTIAL_KEY_UNKNOWN',
      `The token is sealed with the key ${JSON.stringify(header.k.slice(0, 64))}, which this worker does not have. Add that key to the worker's keyring, or: ${again}`,
    );
  const key = keyring.derive(header.k, PURPOSE, header.n);
  const value = decrypt(key, sealed, Buffer.from(head));
  if (value === undefined)
    throw new CredentialError(
      'CREDENTIAL_TAMPERED',
      `The sealed token does not open with the key "${header.k}": it was changed on its way, or sealed with another key of that id. ${again}`,
    );
  if (header.n !== namespace)
    throw new CredentialError(
      'CREDENTIAL_MISBOUND',
      `The token is sealed for the namespace "${header.n}" and this is "${namespace}". Seal one for this namespace.`,
    );
  if (header.e !== undefined && header.e <= now)
    throw new CredentialError(
      'CREDENTIAL_EXPIRED',
      `The sealed token has expired on ${new Date(header.e).toISOString()}. ${again}`,
    );
  return { secret: new Secret(value.toString('utf8')), origins: header.o, workflowTypes: header.t };
}

function headerOf(head: string): Header | undefined {
  try {
    const header = JSON.parse(Buffer.from(head, 'base64url').toString('utf8')) as Partial<Header> | null;
    return header?.v === 1 && typeof header.k === 'string' && typeof header.n === 'string'
      ? (header as Header)
      : undefined;
  } catch {
    return undefined;
  }
}
