import { describe, expect, it } from 'vitest';
import { Secret } from '../contract/secret';
import { redact } from './redact';

const VALUE = 's3cr3t/with+signs&"quotes"';
const secret = new Secret(VALUE);

describe('redact()', () => {
  it('removes what of a secret reads as nothing, at the beginning of a text as well', () => {
    expect(redact('\nkey-12345\n%', [new Secret('\nkey-12345\n')])).toBe('[secret]%');
  });

  it.each([
    ['as it is', VALUE],
    ['in a URL', encodeURIComponent(VALUE)],
    ['in JSON', JSON.stringify({ VALUE }).slice(10, -2)],
    ['in base64', Buffer.from(VALUE).toString('base64')],
    ['in base64url', Buffer.from(VALUE).toString('base64url')],
    ['in hex', Buffer.from(VALUE).toString('hex')],
    ['in large hex', Buffer.from(VALUE).toString('hex').toUpperCase()],
    ['in a URL in small letters', encodeURIComponent(VALUE).replace(/%../g, (code) => code.toLowerCase())],
  ])('removes a secret %s, wherever it stands', (_, form) => {
    expect(redact(`before ${form} after ${form}`, [secret])).toBe('before [secret] after [secret]');
  });

  it.each(['', 'a', 'ab', 'abc', 'ann:'])('removes it from base64 that begins with %j', (before) => {
    for (const encoding of ['base64', 'base64url'] as const) {
      const text = Buffer.from(`${before}${VALUE}:after`).toString(encoding);
      const clean = redact(`Basic ${text}`, [secret]);
      expect(clean).toContain('[secret]');
      const left = clean.replace('Basic ', '').split('[secret]');
      // At most the few bits that it shares with its neighbours.
      for (const part of left)
        expect(Buffer.from(part, 'base64').toString('latin1')).not.toContain(VALUE.slice(0, 4));
      expect(left.join('').length).toBeLessThan(Buffer.from(`${before}:after`).toString('base64').length + 6);
    }
  });

  it('removes each of several secrets, also one that begins like another', () => {
    const secrets = ['token', 'token-longer', 'other'].map((value) => new Secret(value));
    expect(redact('token-longer, other and token', secrets)).toBe('[secret], [secret] and [secret]');
  });

  it.each([
    ['its beginning', (value: string) => `${value.slice(0, 12)}…`],
    ['its end', (value: string) => `…${value.slice(-12)}`],
    ['all but its end', (value: string) => value.slice(0, -1)],
    ['both ends', (value: string) => `${value.slice(0, 10)}***${value.slice(-10)}`],
    ['its beginning, escaped', (value: string) => encodeURIComponent(value.slice(0, 12))],
  ])('removes what somebody else has left of a secret: %s', (_, cut) => {
    const clean = redact(`The token ${cut(VALUE)} is invalid`, [secret]);
    for (let at = 0; at + 8 <= VALUE.length; at++) expect(clean).not.toContain(VALUE.slice(at, at + 8));
    expect(clean).toMatch(/^The token .*\[secret\].* is invalid$/);
  });

  it('leaves a word that a secret begins with', () => {
    const text = 'Source "invoices" (postgres): no route to host';
    expect(redact(text, [new Secret('postgres-4711')])).toBe(text);
  });

  it('removes user names and passwords from URLs, whoever put them there', () => {
    expect(redact('GET https://ann:pw@crm.example.com/x?to=a@b failed', [])).toBe(
      'GET https://[secret]@crm.example.com/x?to=a@b failed',
    );
    expect(redact('postgres://u:p@db/x and redis://p@cache', [])).toBe(
      'postgres://[secret]@db/x and redis://[secret]@cache',
    );
  });

  it('leaves everything else alone', () => {
    const text = 'GET https://crm.example.com/customers?mail=ann@example.com: 404, see #12';
    expect(redact(text, [secret])).toBe(text);
  });

  it('does not take text apart for a secret that is too short to be one', () => {
    expect(redact('a b c', [new Secret(''), new Secret('a'), new Secret('b c')])).toBe('a b c');
  });
});
