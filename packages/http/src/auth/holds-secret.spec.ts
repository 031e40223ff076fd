import { describe, expect, it } from 'vitest';
import { holdsSecret } from './holds-secret';

const secret = 'S3cr&t + p%ss/w=rd';

describe('holdsSecret', () => {
  it.each([
    secret,
    secret.toUpperCase(),
    encodeURIComponent(secret),
    encodeURIComponent(secret).toLowerCase(),
    encodeURIComponent(encodeURIComponent(encodeURIComponent(secret))),
    new URLSearchParams({ a: secret }).toString(),
    encodeURIComponent(new URLSearchParams({ a: secret }).toString()),
    Buffer.from(secret).toString('hex').toUpperCase(),
    `x${Buffer.from(`user:${secret}`).toString('base64')}y`,
    encodeURIComponent(Buffer.from(`us:${secret}:x`).toString('base64')),
    Buffer.from(`${secret}`).toString('base64url'),
    [...Buffer.from(secret)].map((byte) => `%${byte.toString(16)}`).join(''),
  ])('finds it in %s', (text) => {
    expect(holdsSecret(`https://a.example/${text}?b=c`, [secret])).toBe(true);
  });

  it('finds one in a few, and not where there is none', () => {
    expect(holdsSecret('https://a.example/x?y=abcdefgh', ['nothing', 'abcdefgh'])).toBe(true);
    expect(holdsSecret('https://a.example/%zz?y=%e0%a4%a', [secret, ''])).toBe(false);
    expect(holdsSecret('https://a.example/', [])).toBe(false);
  });

  it('takes its time for a long text, but not much of it', () => {
    const started = performance.now();
    expect(holdsSecret('%25'.repeat(100_000), [secret])).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
