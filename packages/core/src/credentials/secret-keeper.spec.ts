import { describe, expect, it, vi } from 'vitest';
import { Secret } from '../contract/secret';
import { Keyring } from './keyring';
import type { SecretProvider } from './provider';
import type { SecretUse } from './resolve';
import { sealToken } from './sealed-token';
import { SecretKeeper } from './secret-keeper';

const CRM = 'https://crm.example.com';
const use: SecretUse = { origin: CRM, namespace: 'default', workflowType: 'CustomerWorkflow' };
const keyring = new Keyring({ primary: 'k', keys: { k: Buffer.alloc(32, 7).toString('base64') } });

/** A provider of one secret, which a test rotates. */
const provider = (value = 'hook-secret-1'): SecretProvider & { value: string } => ({
  name: 'test',
  value,
  forget: vi.fn<(name: string) => void>(),
  get(name) {
    const bound = { origins: [CRM], workflowTypes: ['CustomerWorkflow'] };
    return name === 'HOOK' ? { secret: new Secret(this.value), ...bound } : undefined;
  },
});

describe('SecretKeeper', () => {
  it('gives the secret as it is now', async () => {
    const one = provider();
    const keeper = new SecretKeeper({ secrets: [one] });
    expect((await keeper.get('secret:HOOK', use)).reveal()).toBe('hook-secret-1');
    one.value = 'hook-secret-2';
    expect((await keeper.get('secret:HOOK', { ...use, origin: `${CRM}/hooks?a=b` })).reveal()).toBe(
      'hook-secret-2',
    );
  });

  it('opens what is sealed', async () => {
    const keeper = new SecretKeeper({ encryption: { keyring } });
    const sealed = sealToken('hook-secret-1', { keyring, origins: [CRM] });
    expect((await keeper.get(sealed, use)).reveal()).toBe('hook-secret-1');
    await expect(keeper.get(sealed, { ...use, namespace: 'other' })).rejects.toMatchObject({
      code: 'CREDENTIAL_MISBOUND',
    });
  });

  it.each<[string, string, Partial<SecretUse>, string]>([
    ['another origin', 'secret:HOOK', { origin: 'https://elsewhere.example.com' }, 'CREDENTIAL_MISBOUND'],
    ['another type', 'secret:HOOK', { workflowType: 'OrderWorkflow' }, 'CREDENTIAL_MISBOUND'],
    ['a name nobody has', 'secret:OTHER', {}, 'CREDENTIAL_MISSING'],
    ['a seal without a keyring', `sealed:${'a'.repeat(20)}`, {}, 'CREDENTIAL_KEY_UNKNOWN'],
    ['a secret itself', 'hook-secret-1', {}, 'CREDENTIAL_PLAINTEXT'],
    ['no origin', 'secret:HOOK', { origin: 'crm' }, 'INPUT_INVALID'],
  ])('gives nothing for %s, and says nothing of it', async (_, reference, other, code) => {
    const keeper = new SecretKeeper({ secrets: [provider()] });
    const error: unknown = await keeper
      .get(reference as 'secret:HOOK', { ...use, ...other })
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain('hook-secret-1');
  });

  it('has the providers forget what did not fit', () => {
    const one = provider();
    new SecretKeeper({ secrets: [one] }).forget('secret:HOOK');
    expect(one.forget).toHaveBeenCalledExactlyOnceWith('HOOK');
  });

  it.each([
    ['secrets[0]', { secrets: [{}] }],
    ['secrets', { secrets: {} }],
    ['encryption.keyring', { encryption: { keyring: undefined } }],
  ])('refuses %s that cannot be used', (field, options) => {
    expect(() => new SecretKeeper(options as object)).toThrow(`${field}: is not`);
  });
});
