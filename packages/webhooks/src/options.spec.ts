import type { Client } from '@temporalio/client';
import { environmentSecrets, Keyring } from '@stateful-workflow/core/secrets';
import { describe, expect, it } from 'vitest';
import { createWebhookHandler, standardWebhooks, type WebhookHandlerOptions } from './index';

const from = 'https://crm.example.com';
const options: WebhookHandlerOptions = {
  client: { options: { namespace: 'default' } } as Client,
  workflow: 'CustomerWorkflow',
  taskQueue: 'crm',
  scheme: standardWebhooks(),
  from,
  secret: 'secret:CRM_HOOK',
  secrets: [environmentSecrets({ CRM_HOOK: { origins: [from] } })],
  target: () => undefined,
};

describe('createWebhookHandler()', () => {
  it('takes what is right', () => {
    expect(createWebhookHandler(options)).toBeTypeOf('function');
    const keyring = new Keyring({ primary: 'k', keys: { k: Buffer.alloc(32, 7).toString('base64') } });
    const sealed = { secret: 'sealed:whatever', secrets: [], encryption: { keyring } } as const;
    expect(createWebhookHandler({ ...options, ...sealed })).toBeTypeOf('function');
  });

  it.each<[string, object, RegExp]>([
    ['no secret', { secret: [] }, /^secret: names none/],
    ['a secret itself', { secret: 'whsec_1234' }, /^secret: is not a credential reference\. .*rotate it/],
    ['one of several', { secret: ['secret:A', 'whsec_1234'] }, /^secret: is not a credential reference/],
    ['no provider', { secrets: [] }, /^secrets: has no provider/],
    ['a provider that is none', { secrets: [{}] }, /^secrets\[0\]: is not a provider/],
    ['no keyring', { secret: 'sealed:whatever' }, /^encryption: is missing/],
    ['no origin', { from: 'crm' }, /^from: is not an origin/],
    ['an origin of no host', { from: 'file:///etc' }, /^from: is not an origin/],
    ['a size of nothing', { maxBodyBytes: 0 }, /^maxBodyBytes: is not a whole number of at least 1/],
    ['a part of a millisecond', { gatherMs: 0.5 }, /^gatherMs: is not a whole number/],
    ['a long tolerance', { toleranceMs: 300_001 }, /^toleranceMs: is longer than 300000 ms/],
    ['to gather for too long', { gatherMs: 10_000 }, /^gatherMs: is not shorter than timeoutMs/],
  ])('refuses %s', (_, wrong, message) => {
    const make = () => createWebhookHandler({ ...options, ...wrong });
    expect(make).toThrow(message);
    expect(make).not.toThrow(/whsec_1234/);
  });
});
