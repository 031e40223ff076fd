import { createHash } from 'node:crypto';
import { type Credential, Secret } from '@stateful-workflow/core';

/**
 * The credential of a token. As on a worker, two tokens never share a fingerprint: an adapter may keep connections by
 * it.
 */
export const credentialOf = (token: string): Credential => ({
  secret: new Secret(token),
  fingerprint: createHash('sha256').update(token).digest('hex').slice(0, 8),
});
