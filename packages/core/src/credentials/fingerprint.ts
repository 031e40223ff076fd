import { createHmac, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { LRUCache } from 'lru-cache';
import type { CredentialIdentity } from '../contract/adapter';
import type { Secret } from '../contract/secret';
import { identityOf } from './identity';
import type { Keyring } from './keyring';

const PURPOSE = 'fingerprint';
/** 16 MB and some 40 ms for each secret that a worker meets, once. */
const COST = { N: 2 ** 14, r: 8, p: 1 };
const BYTES = 4;

const slowHash = promisify<string, string, number, typeof COST, Buffer>(scrypt);

/** Without a keyring a fingerprint is dear; it is made once, and so is one that several attempts ask for at a time. */
const made = new LRUCache<string, Promise<string>>({ max: 10_000 });

/**
 * Eight hex digits that tell a person two secrets of a namespace apart: the same on every worker and after a restart.
 *
 * They are shown to whoever may read a workflow, so nobody may learn from them what the secret is. With a keyring they
 * are made under a key of it, and say nothing to those who do not have it; they change with the primary key. Without
 * one they take long to make, and so does each guess at a weak secret.
 */
export async function fingerprintOf(
  secret: Secret,
  namespace: string,
  keyring: Keyring | undefined,
): Promise<string> {
  if (keyring !== undefined) {
    const key = keyring.derive(keyring.primary, PURPOSE, namespace);
    return createHmac('sha256', key).update(secret.reveal()).digest().toString('hex', 0, BYTES);
  }
  const name: `${CredentialIdentity} ${string}` = `${identityOf(secret)} ${namespace}`;
  let fingerprint = made.get(name);
  if (fingerprint === undefined) {
    const salt = `stateful-workflow/${PURPOSE}/${namespace}`;
    fingerprint = slowHash(secret.reveal(), salt, BYTES, COST).then((hash) => hash.toString('hex'));
    made.set(name, fingerprint);
    fingerprint.catch(() => made.delete(name));
  }
  return fingerprint;
}
