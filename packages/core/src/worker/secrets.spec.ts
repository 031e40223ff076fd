import { describe, expect, it } from 'vitest';
import { CredentialError } from '../contract/errors';
import { Secret } from '../contract/secret';
import { environmentSecrets, fingerprint, resolveCredential, type SecretProvider } from './secrets';

const CRM = 'https://crm.example.com';
const use = { origin: CRM, workflowType: 'CustomerWorkflow' };

describe('environmentSecrets()', () => {
  it('gives only what is listed, and reads it anew each time', async () => {
    const environment: NodeJS.ProcessEnv = { CRM_TOKEN: 'one', OTHER: 'x' };
    const provider = environmentSecrets({ CRM_TOKEN: { origins: [CRM] } }, environment);
    expect((await provider.get('CRM_TOKEN'))?.secret.reveal()).toBe('one');
    environment['CRM_TOKEN'] = 'two';
    expect((await provider.get('CRM_TOKEN'))?.secret.reveal()).toBe('two');
    for (const name of ['OTHER', 'PATH', 'constructor', '__proto__', ''])
      expect(await provider.get(name), name).toBeUndefined();
  });

  it('takes an empty or missing variable for no secret', async () => {
    const provider = environmentSecrets(
      { EMPTY: { origins: [CRM] }, MISSING: { origins: [CRM] } },
      { EMPTY: '' },
    );
    expect(await provider.get('EMPTY')).toBeUndefined();
    expect(await provider.get('MISSING')).toBeUndefined();
  });

  it('can read another variable, and takes an origin from any URL of it', async () => {
    const provider = environmentSecrets(
      { CRM: { variable: 'X', origins: ['HTTPS://CRM.example.com:443/api?x=1'], workflowTypes: ['A'] } },
      { X: 'value' },
    );
    expect(await provider.get('CRM')).toMatchObject({ origins: [CRM], workflowTypes: ['A'] });
  });

  it('tells hosts apart also where the scheme is not that of a web page', async () => {
    const origins = ['postgres://db.example.com:5432', 'postgres://db.example.com/billing'];
    const provider = environmentSecrets({ DB: { origins } }, { DB: 'value' });
    expect(await provider.get('DB')).toMatchObject({
      origins: ['postgres://db.example.com:5432', 'postgres://db.example.com'],
    });
  });

  it('takes a host without a scheme for no origin', () => {
    const provider = environmentSecrets({ CRM: { origins: ['crm.example.com:443'] } }, { CRM: 'value' });
    expect(() => provider.get('CRM')).toThrow('"crm.example.com:443" is not an origin');
  });

  it('says which origin is none', () => {
    const provider = environmentSecrets({ CRM: { origins: ['crm.example.com'] } }, { CRM: 'value' });
    expect(() => provider.get('CRM')).toThrow('"crm.example.com" is not an origin');
  });
});

describe('resolveCredential()', () => {
  const provider = (name: string, secrets: Record<string, string>): SecretProvider => ({
    name,
    get: async (key) =>
      secrets[key] === undefined ? undefined : { secret: new Secret(secrets[key]), origins: [CRM] },
  });
  const failure = async (reference: string, providers: readonly SecretProvider[], wanted = use) => {
    const error: unknown = await resolveCredential(reference, wanted, providers).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(CredentialError);
    return error as CredentialError;
  };

  it('asks the providers in order', async () => {
    const providers = [provider('first', { A: 'a1' }), provider('second', { A: 'a2', B: 'b2' })];
    expect((await resolveCredential('secret:A', use, providers)).secret.reveal()).toBe('a1');
    expect((await resolveCredential('secret:B', use, providers)).secret.reveal()).toBe('b2');
  });

  it('says who was asked when nobody has it', async () => {
    const { code, message } = await failure('secret:C', [provider('first', {}), provider('second', {})]);
    expect(code).toBe('CREDENTIAL_MISSING');
    expect(message).toContain('secret:C was not found (asked: first, second)');
  });

  it('shows how to add a provider when there is none', async () => {
    const { message } = await failure('secret:C', []);
    expect(message).toContain(`environmentSecrets({ C: { origins: ['${CRM}'] } })`);
  });

  it('does not repeat a reference that it does not know', async () => {
    const { code, message } = await failure('sealed:abcdefghijklmnop', []);
    expect(code).toBe('CREDENTIAL_MISSING');
    expect(message).not.toContain('abcdefghijklmnop');
  });

  it.each([
    'http://crm.example.com',
    'https://crm.example.com:8443',
    'https://crm.example.com.evil.example',
    'https://example.com',
  ])('refuses another origin: %s', async (origin) => {
    const { code, message } = await failure('secret:A', [provider('p', { A: 'value-of-a' })], {
      ...use,
      origin,
    });
    expect(code).toBe('CREDENTIAL_MISBOUND');
    expect(message).toContain(`not bound to ${origin}`);
    expect(message).not.toContain('value-of-a');
  });

  it('refuses another workflow type, and an unknown one', async () => {
    const bound: SecretProvider = {
      name: 'p',
      get: () => ({ secret: new Secret('value'), origins: [CRM], workflowTypes: ['OrderWorkflow'] }),
    };
    expect((await failure('secret:A', [bound])).code).toBe('CREDENTIAL_MISBOUND');
    expect((await failure('secret:A', [bound], { origin: CRM } as typeof use)).code).toBe(
      'CREDENTIAL_MISBOUND',
    );
    const order = { origin: CRM, workflowType: 'OrderWorkflow' };
    expect((await resolveCredential('secret:A', order, [bound])).secret.reveal()).toBe('value');
  });
});

describe('fingerprint()', () => {
  it('tells secrets apart and reveals neither', () => {
    const [one, two] = ['value-one', 'value-two'].map((value) => fingerprint(new Secret(value)));
    expect(one).toMatch(/^[0-9a-f]{8}$/);
    expect(fingerprint(new Secret('value-one'))).toBe(one);
    expect(two).not.toBe(one);
  });
});
