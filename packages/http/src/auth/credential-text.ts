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
