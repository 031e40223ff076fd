import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../contract/secret';
import { fingerprintOf } from './fingerprint';
import { Keyring } from './keyring';

const keyring = (fill: number): Keyring =>
  new Keyring({ primary: 'k', keys: { k: new Uint8Array(32).fill(fill) } });

describe('fingerprintOf()', () => {
  it.each([
    ['with a keyring', () => keyring(1)],
    ['without one', () => undefined],
  ])('%s tells secrets apart, the same at each time', async (_, keys) => {
    const one = await fingerprintOf(new Secret('value-one'), 'default', keys());
    expect(one).toMatch(/^[0-9a-f]{8}$/);
    expect(await fingerprintOf(new Secret('value-one'), 'default', keys())).toBe(one);
    expect(await fingerprintOf(new Secret('value-two'), 'default', keys())).not.toBe(one);
    expect(await fingerprintOf(new Secret('value-one'), 'another', keys())).not.toBe(one);
  });

  it('is nothing that can be made without the keyring', async () => {
    const secret = new Secret('value-one');
    const shown = await fingerprintOf(secret, 'default', keyring(1));
    expect(await fingerprintOf(secret, 'default', keyring(2))).not.toBe(shown);
    expect(await fingerprintOf(secret, 'default', undefined)).not.toBe(shown);
  });

  it('is no fast hash of a secret', async () => {
    const shown = await fingerprintOf(new Secret('hunter2'), 'default', undefined);
    for (const text of ['hunter2', 'stateful-workflow:hunter2', 'default:hunter2'])
      for (const hash of ['sha256', 'sha512', 'md5'])
        expect(createHash(hash).update(text).digest('hex')).not.toContain(shown);
    const started = performance.now();
    await fingerprintOf(new Secret('another'), 'default', undefined);
    const first = performance.now() - started;
    // Milliseconds for each guess, where a plain hash takes less than one thousandth of one.
    expect(first).toBeGreaterThan(5);
  });

  it('is made once for a secret that many attempts ask for at a time, beside the event loop', async () => {
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 1);
    const secret = new Secret('asked-for-at-once');
    const all = await Promise.all(Array.from({ length: 500 }, () => fingerprintOf(secret, 'n', undefined)));
    clearInterval(ticking);
    expect(new Set(all).size).toBe(1);
    expect(ticks).toBeGreaterThan(0);
  });
});
