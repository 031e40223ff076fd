import type { CredentialIdentity } from '@stateful-workflow/core';
import type { Authorization } from './auth-scheme';

/** Whose a request is, as far as that decides what it may share. */
export interface Asker {
  /** Equal for requests that may share an answer. `undefined`: nobody knows whose it is, and it shares none. */
  readonly answers?: string;
  /** Equal for requests that one limit holds. `undefined`: there is nobody to remember a limit for. */
  readonly limits?: string;
}

/** Everybody who shows nothing: an origin cannot tell them apart. */
export const ANONYMOUS: Asker = { answers: '', limits: '' };

/**
 * Says whose a request is.
 *
 * A scheme that shows something and gives no identity may show one tenant or another: only the credentials that it
 * asked for are known then. They bound limits; an answer may depend on more.
 *
 * @param held the identities of the credentials that the scheme has asked for
 */
export function askerOf(authorization: Authorization, held: Iterable<CredentialIdentity>): Asker {
  const { headers = {}, query = {}, identity } = authorization;
  if (identity) return { answers: identity, limits: identity };
  const limits = [...held].sort().join(' ');
  const shows = Object.keys(headers).length > 0 || Object.keys(query).length > 0;
  if (limits !== '') return { limits };
  return shows ? {} : ANONYMOUS;
}
