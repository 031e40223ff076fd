import type { Credential } from '@stateful-workflow/core';
import { HttpError } from '../http-error';

/** The error for a credential that a scheme cannot use. Says which, and nothing of it. */
export function unusable(credential: Credential, origin: string, why: string): HttpError {
  return new HttpError(
    { type: 'credential' },
    `The credential for ${origin} (fingerprint ${credential.fingerprint}) ${why}`,
  );
}

/**
 * Reveals a credential that has to go into a header as it is.
 *
 * @param what what it should be: `a bearer token`
 * @throws HttpError when it cannot be in a header
 */
export function headerText(credential: Credential, origin: string, what: string): string {
  const text = credential.secret.reveal();
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw unusable(
    credential,
    origin,
    `cannot be ${what}: it is empty, or it holds a space, a line break or a character outside ASCII. Store the bare token.`,
  );
}

/** A name and the secret that belongs to it. */
export interface NamedSecret {
  readonly name: string;
  readonly secret: string;
}

/**
 * Takes a credential apart that is `name:secret`, or adds the name to one that is the secret alone. Whatever was in the
 * credential is a secret, the name as well: APIs there are that take a key for a user name.
 *
 * @param name what stands in the worker's options, and so is no secret
 * @param conceal hears of the parts
 * @param missing the end of the error for a credential without a colon
 */
export function namedSecret(
  credential: Credential,
  name: string | undefined,
  conceal: (secret: string) => void,
  missing: () => Error,
): NamedSecret {
  const text = credential.secret.reveal();
  if (name !== undefined) return { name, secret: text };
  const colon = text.indexOf(':');
  if (colon < 0) throw missing();
  const parts = { name: text.slice(0, colon), secret: text.slice(colon + 1) };
  for (const part of Object.values(parts)) if (part !== '') conceal(part);
  return parts;
}
