import { createHmac, randomBytes } from 'node:crypto';
import type { CredentialIdentity } from '../contract/adapter';
import type { Secret } from '../contract/secret';

/** Nobody outside this process can make or check an identity, and it says nothing once the process has ended. */
const PROCESS_KEY = randomBytes(32);

/** A secret never changes, and every page of a load asks for its identity. */
const made = new WeakMap<Secret, CredentialIdentity>();

/**
 * The identity of a secret: equal for equal secrets of this process, and for no others.
 *
 * It is made from the whole secret. The fingerprint, which is shown to people, is short and therefore must never
 * decide what may be shared.
 */
export function identityOf(secret: Secret): CredentialIdentity {
  let identity = made.get(secret);
  if (identity === undefined) {
    const hash = createHmac('sha256', PROCESS_KEY).update(secret.reveal());
    made.set(secret, (identity = hash.digest('base64url') as CredentialIdentity));
  }
  return identity;
}
