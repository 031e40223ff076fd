import { InvalidInputError } from '../contract/errors';
import { checkAnyToken, checkReference } from '../contract/payloads';
import type { Secret } from '../contract/secret';
import type { CredentialReference } from '../contract/credential-reference';
import type { Keyring } from '../credentials/keyring';
import { type SealOptions, sealToken } from '../credentials/sealed-token';

/** A token itself. It never leaves the client: it is sealed first. */
export interface PlainToken extends Partial<Omit<SealOptions, 'keyring' | 'namespace'>> {
  readonly value: string | Secret;
}

/** A token as the typed client takes it: a reference, or the token itself for the client to seal. */
export type TokenInput = CredentialReference | PlainToken;

/** How a client seals tokens. */
export interface SealingOptions {
  /** The keys that the workers have, too. */
  readonly keyring: Keyring;
  /** The origins that a token is for which does not say itself. @default the origin of the apiUrl that it starts with */
  readonly origins?: readonly string[];
  /** How long a token lives which does not say itself, in milliseconds. @default for ever */
  readonly expiresAfterMs?: number;
}

/** What a client does with tokens. */
export interface TokenOptions {
  /** How tokens are sealed. @default only references are taken */
  readonly seal?: SealingOptions;
  /**
   * Sends a token that stands as it is, for development; the workflow has to allow it, too. It is then in the history
   * of the workflow for anybody to read.
   * @default false
   */
  readonly allowPlaintextTokens?: boolean;
}

/**
 * What is sent for a token.
 *
 * @param origins what it is for, where neither it nor the options say
 * @throws InvalidInputError that says nothing of the token
 */
export function referenceFor(
  token: TokenInput,
  field: string,
  { seal, allowPlaintextTokens }: TokenOptions,
  namespace: string,
  origins?: readonly string[],
): CredentialReference {
  if (typeof token !== 'object' || token === null)
    return (allowPlaintextTokens === true ? checkAnyToken : checkReference)(token, field);
  if (seal === undefined)
    throw new InvalidInputError(
      field,
      'is a token to be sealed, and this client has no keyring',
      'Make the client with seal: { keyring }, or store the token with the worker and send secret:NAME',
      'CREDENTIAL_PLAINTEXT',
    );
  const { value, expiresAt = later(seal.expiresAfterMs), workflowTypes } = token;
  return sealToken(value, {
    keyring: seal.keyring,
    namespace,
    origins: token.origins ?? seal.origins ?? origins ?? [],
    expiresAt,
    workflowTypes,
  });
}

const later = (ms: number | undefined): Date | undefined =>
  ms === undefined ? undefined : new Date(Date.now() + ms);
