import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkReference } from '../contract/payloads';
import { CredentialError } from '../contract/errors';
import { Secret } from '../contract/secret';
import { Keyring } from './keyring';
import { openSealed, sealToken } from './sealed-token';

const CRM = 'https://crm.example.com';
const VALUE = 's3cr3t-token-value';
const NOW = Date.UTC(2026, 10, 24);
const [one, two] = [randomBytes(32), randomBytes(32)];
const keyring = new Keyring({ primary: 'one', keys: { one } });
const seal = (options = {}) => sealToken(VALUE, { keyring, origins: [CRM], ...options });
const open = (reference: string, options = {}) =>
  openSealed(reference, { keyring, namespace: 'default', now: NOW, ...options });

function failure(run: () => unknown): CredentialError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(CredentialError);
    expect((error as Error).message).not.toContain(VALUE);
    return error as CredentialError;
  }
  throw new Error('It did not fail.');
}

describe('a sealed token', () => {
  it('is a credential reference that a workflow takes, and opens to what it was', () => {
    const reference = seal({ workflowTypes: ['A'] });
    expect(checkReference(reference)).toBe(reference);
    const opened = open(reference);
    expect(opened.secret.reveal()).toBe(VALUE);
    expect(opened).toMatchObject({ origins: [CRM], workflowTypes: ['A'] });
  });

  it('holds the token in no readable form, and is another one each time', () => {
    const reference = seal();
    const parts = reference.slice('sealed:'.length).split('.');
    for (const text of [reference, ...parts.map((part) => Buffer.from(part, 'base64url').toString('latin1'))])
      expect(text).not.toContain(VALUE);
    expect(seal()).not.toBe(reference);
  });

  it('opens with an older key after a rotation', () => {
    const reference = seal();
    const rotated = new Keyring({ primary: 'two', keys: { one, two } });
    expect(open(reference, { keyring: rotated }).secret.reveal()).toBe(VALUE);
    const sealed = sealToken(VALUE, { keyring: rotated, origins: [CRM] });
    expect(open(sealed, { keyring: new Keyring({ primary: 'two', keys: { two } }) }).secret.reveal()).toBe(
      VALUE,
    );
  });

  it('does not open without its key', () => {
    const other = new Keyring({ primary: 'two', keys: { two } });
    const error = failure(() => open(seal(), { keyring: other }));
    expect(error.code).toBe('CREDENTIAL_KEY_UNKNOWN');
    expect(error.message).toContain('sealed with the key "one"');
    expect(failure(() => open(seal(), { keyring: undefined })).code).toBe('CREDENTIAL_KEY_UNKNOWN');
  });

  it('does not open with another key of the same id', () => {
    const impostor = new Keyring({ primary: 'one', keys: { one: two } });
    expect(failure(() => open(seal(), { keyring: impostor })).code).toBe('CREDENTIAL_TAMPERED');
  });

  it('does not open when any of it was changed', () => {
    const reference = seal();
    const start = 'sealed:'.length;
    for (let i = start; i < reference.length; i += 1) {
      const letter = reference[i] === 'A' ? 'Q' : 'A';
      if (reference[i] === '.') continue;
      const changed = `${reference.slice(0, i)}${letter}${reference.slice(i + 1)}`;
      const { code } = failure(() => open(changed));
      expect(['CREDENTIAL_TAMPERED', 'CREDENTIAL_KEY_UNKNOWN'], changed).toContain(code);
    }
    const [head = '', body = ''] = reference.split('.');
    const added = ['AAAA', '.', '.AAAA', '=', '~'].map((text) => `${reference}${text}`);
    for (const cut of [reference.slice(0, -4), ...added, 'sealed:', `${head}.`, `${head}.~${body}`])
      expect(failure(() => open(cut)).code, cut).toBe('CREDENTIAL_TAMPERED');
  });

  it('cannot be given other origins, another namespace or a longer life by whoever holds it', () => {
    const [head = '', body] = seal({ expiresAt: new Date(NOW + 1) })
      .slice('sealed:'.length)
      .split('.');
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, unknown>;
    for (const change of [
      { o: ['https://evil.example'] },
      { n: 'other' },
      { e: NOW * 2 },
      { e: undefined },
    ]) {
      const forged = Buffer.from(JSON.stringify({ ...header, ...change })).toString('base64url');
      expect(failure(() => open(`sealed:${forged}.${body}`)).code).toBe('CREDENTIAL_TAMPERED');
    }
  });

  it('is for one namespace', () => {
    const error = failure(() => open(seal({ namespace: 'billing' })));
    expect(error.code).toBe('CREDENTIAL_MISBOUND');
    expect(error.message).toContain('sealed for the namespace "billing" and this is "default"');
    expect(open(seal({ namespace: 'billing' }), { namespace: 'billing' }).secret.reveal()).toBe(VALUE);
  });

  it('expires', () => {
    const reference = seal({ expiresAt: new Date(NOW) });
    expect(open(reference, { now: NOW - 1 }).secret.reveal()).toBe(VALUE);
    const error = failure(() => open(reference));
    expect(error.code).toBe('CREDENTIAL_EXPIRED');
    expect(error.message).toContain('2026-11-24T00:00:00.000Z');
  });

  it('takes a Secret, too', () => {
    expect(open(sealToken(new Secret(VALUE), { keyring, origins: [CRM] })).secret.reveal()).toBe(VALUE);
  });

  it.each([
    ['no origin', { origins: [] }, 'origins: is empty'],
    ['something that is no origin', { origins: ['crm'] }, 'sealToken.origins: holds something'],
    ['no date', { expiresAt: new Date('never') }, 'expiresAt: is not a date'],
    [
      'more origins than fit',
      { origins: Array.from({ length: 400 }, (_, i) => `https://host-${i}.example`) },
      'origins: makes the sealed token longer',
    ],
  ])('is not made with %s', (_, options, message) => expect(() => seal(options)).toThrow(message));

  it.each([[''], ['x'.repeat(4_097)], [42 as unknown as string]])('is not made of %j', (value) =>
    expect(() => sealToken(value, { keyring, origins: [CRM] })).toThrow(
      'value: is not a text of 1 to 4096 bytes',
    ),
  );
});
