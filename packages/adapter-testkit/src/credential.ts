import { createHash } from 'node:crypto';
import { type Credential, Secret } from '@stateful-workflow/core';
import { identityOf } from '@stateful-workflow/core/worker';

/** The credential of a token, as a worker makes it. */
export function credentialOf(token: string): Credential {
  const secret = new Secret(token);
  const fingerprint = createHash('sha256').update(token).digest('hex').slice(0, 8);
  return { secret, identity: identityOf(secret), fingerprint };
}
