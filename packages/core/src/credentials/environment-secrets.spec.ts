import { describe, expect, it } from 'vitest';
import { environmentSecrets } from './environment-secrets';

const CRM = 'https://crm.example.com';

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

  it.each(['crm.example.com', 'crm.example.com:443', 'data:text/plain,x', 'https://ann:pw@crm.example.com'])(
    'says at once whose origin is none: %s',
    (origin) =>
      expect(() => environmentSecrets({ CRM: { origins: [origin] } }, {})).toThrow(
        'CRM.origins: holds something that is not an origin',
      ),
  );
});
