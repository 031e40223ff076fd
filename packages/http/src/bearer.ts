import type { Credential } from '@stateful-workflow/core';
import { HttpError } from './http-error';

/**
 * Makes the `Authorization` header of a request, or none when there is no credential. Asked for at every
 * request, so that a token which is rotated in the middle of a long list is the new one at the next page.
 *
 * @throws HttpError when the credential cannot be a bearer token; what `credential` throws
 */
export async function bearer(
  request: { readonly url: URL; credential(origin: string): Promise<Credential | undefined> },
  signal: AbortSignal,
): Promise<{ Authorization?: string }> {
  const { origin } = request.url;
  const credential = await orAbort(request.credential(origin), signal);
  if (credential === undefined) return {};
  const token = credential.secret.reveal();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new HttpError(
      { type: 'credential' },
      `The credential for ${origin} (fingerprint ${credential.fingerprint}) cannot be a bearer token: it is empty, or it holds a space, a line break or a character outside ASCII. Store the bare token.`,
    );
  }
  return { Authorization: `Bearer ${token}` };
}

/** Waits for a promise, but no longer than until the signal is aborted. */
function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
