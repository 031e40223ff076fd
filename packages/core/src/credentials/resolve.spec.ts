import { describe, expect, it, vi } from 'vitest';
import { CredentialError } from '../contract/errors';
import { Secret } from '../contract/secret';
import { Keyring } from './keyring';
import type { SecretProvider } from './provider';
import { forgetCredential, resolveCredential, type SecretUse, type Vault } from './resolve';
import { sealToken } from './sealed-token';

const CRM = 'https://crm.example.com';
const use: SecretUse = { origin: CRM, namespace: 'default', workflowType: 'CustomerWorkflow' };

describe('resolveCredential()', () => {
  const provider = (name: string, secrets: Record<string, string>): SecretProvider => ({
    name,
    get: async (key) =>
      secrets[key] === undefined ? undefined : { secret: new Secret(secrets[key]), origins: [CRM] },
  });
  const failure = async (reference: string, vault: Vault, wanted = use): Promise<CredentialError> => {
    const error: unknown = await resolveCredential(reference, wanted, vault).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(CredentialError);
    return error as CredentialError;
  };

  it('asks the providers in order', async () => {
    const providers = [provider('first', { A: 'a1' }), provider('second', { A: 'a2', B: 'b2' })];
    expect((await resolveCredential('secret:A', use, { providers })).secret.reveal()).toBe('a1');
    expect((await resolveCredential('secret:B', use, { providers })).secret.reveal()).toBe('b2');
  });

  it('says who was asked when nobody has it', async () => {
    const providers = [provider('first', {}), provider('second', {})];
    const { code, message } = await failure('secret:C', { providers });
    expect(code).toBe('CREDENTIAL_MISSING');
    expect(message).toContain('secret:C was not found (asked: first, second)');
  });

  it('shows how to add a provider when there is none', async () => {
    const { message } = await failure('secret:C', { providers: [] });
    expect(message).toContain(`environmentSecrets({ C: { origins: ['${CRM}'] } })`);
  });

  it('says of a provider that fails who it is and why, and not what it says', async () => {
    const broken: SecretProvider = {
      name: 'broken',
      get: () => Promise.reject(Object.assign(new Error('the token s3cr3t is cursed'), { code: 'EACCES' })),
    };
    const { code, message, retryable } = await failure('secret:A', { providers: [broken] });
    expect({ code, retryable }).toEqual({ code: 'CREDENTIAL_UNAVAILABLE', retryable: true });
    expect(message).toContain('broken could not be asked for secret:A (EACCES)');
    expect(message).not.toContain('s3cr3t');
  });

  it.each([
    'http://crm.example.com',
    'https://crm.example.com:8443',
    'https://crm.example.com.evil.example',
    'https://example.com',
  ])('refuses another origin: %s', async (origin) => {
    const { code, message } = await failure(
      'secret:A',
      { providers: [provider('p', { A: 'value-of-a' })] },
      { ...use, origin },
    );
    expect(code).toBe('CREDENTIAL_MISBOUND');
    expect(message).toContain(`not bound to ${origin}`);
    expect(message).not.toContain('value-of-a');
  });

  it('refuses another workflow type, and an unknown one', async () => {
    const bound: SecretProvider = {
      name: 'p',
      get: () => ({ secret: new Secret('value'), origins: [CRM], workflowTypes: ['OrderWorkflow'] }),
    };
    const vault = { providers: [bound] };
    expect((await failure('secret:A', vault)).code).toBe('CREDENTIAL_MISBOUND');
    expect((await failure('secret:A', vault, { ...use, workflowType: undefined })).code).toBe(
      'CREDENTIAL_MISBOUND',
    );
    const order = { ...use, workflowType: 'OrderWorkflow' };
    expect((await resolveCredential('secret:A', order, vault)).secret.reveal()).toBe('value');
  });

  it('opens a sealed token for the origins and workflow types that it is for', async () => {
    const keyring = new Keyring({ primary: 'k', keys: { k: new Uint8Array(32) } });
    const vault = { providers: [], keyring };
    const token = sealToken('value', { keyring, origins: [CRM], workflowTypes: ['CustomerWorkflow'] });
    expect((await resolveCredential(token, use, vault)).secret.reveal()).toBe('value');
    expect((await failure(token, vault, { ...use, origin: 'https://evil.example' })).code).toBe(
      'CREDENTIAL_MISBOUND',
    );
    expect((await failure(token, vault, { ...use, workflowType: 'Other' })).code).toBe('CREDENTIAL_MISBOUND');
    expect((await failure(token, vault, { ...use, namespace: 'other' })).code).toBe('CREDENTIAL_MISBOUND');
    expect((await failure(token, { providers: [] })).message).toContain('this worker has no keyring');
  });

  it('refuses a token in plaintext without repeating it, unless the worker allows it', async () => {
    const { code, message } = await failure('plain-token-value', { providers: [] });
    expect(code).toBe('CREDENTIAL_PLAINTEXT');
    expect(message).not.toContain('plain-token-value');
    const allowed = await resolveCredential('plain-token-value', use, {
      providers: [],
      allowPlaintext: true,
    });
    expect(allowed.secret.reveal()).toBe('plain-token-value');
  });
});

describe('forgetCredential()', () => {
  it('has every provider forget a named secret, and nothing else', () => {
    const forget = vi.fn();
    const vault: Vault = {
      providers: [
        { name: 'a', get: () => undefined, forget },
        { name: 'b', get: () => undefined },
      ],
    };
    forgetCredential('secret:A', vault);
    forgetCredential('sealed:abcdefghijklmnop', vault);
    expect(forget.mock.calls).toEqual([['A']]);
  });
});
