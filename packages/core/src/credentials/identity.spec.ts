import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../contract/secret';
import { identityOf } from './identity';

describe('the identity of a credential', () => {
  it('is equal for equal secrets and for no others', () => {
    expect(identityOf(new Secret('t0ken'))).toBe(identityOf(new Secret('t0ken')));
    expect(identityOf(new Secret('t0ken'))).not.toBe(identityOf(new Secret('t0ken ')));
  });

  it('holds all 256 bits of a keyed hash, and nothing that the secret alone gives', () => {
    const identity = identityOf(new Secret('t0ken'));
    expect(Buffer.from(identity, 'base64url')).toHaveLength(32);
    expect(identity).not.toBe(createHash('sha256').update('t0ken').digest('base64url'));
  });
});
