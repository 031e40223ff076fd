import { createHmac, randomBytes } from 'node:crypto';
import type { CredentialIdentity } from '../contract/adapter';
import type { Secret } from '../contract/secret';

/** Nobody outside this process can make or check an identity, and it says nothing once the process has ended. */
const PROCESS_KEY = randomBytes(32);

/**
 * The identity of a secret: equal for equal secrets of this process, and for no others.
 *
 * It is made from the whole secret. The fingerprint, which is shown to people, is short and therefore must never
 * decide what may be shared.
 */
export function identityOf(secret: Secret): CredentialIdentity {
  return createHmac('sha256', PROCESS_KEY).update(secret.reveal()).digest('base64url') as CredentialIdentity;
}
