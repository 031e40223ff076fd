import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import type { DataSourceAdapter } from '../contract/adapter';
import type { LoadRequest } from '../contract/load';
import { Secret } from '../contract/secret';
import { loadActivity } from './load-activity';
import { memorySnapshots } from './snapshots';

const ORIGIN = 'https://crm.example.com';

const request: LoadRequest = {
  source: 'profile',
  entity: { name: 'Customer', id: 'c_1' },
  query: {},
  schema: { Customer: {} },
};

/** What a failed load says of it, where an adapter asks for the credential or has a password of its own. */
async function said(asks: boolean, credential?: string): Promise<unknown> {
  const adapter: DataSourceAdapter = {
    name: 'refused',
    contractVersion: 1,
    capabilities: {},
    querySchema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
    // eslint-disable-next-line require-yield -- it fails before
    async *load(_, context) {
      if (asks) await context.credential(ORIGIN);
      throw new Error('no');
    },
    classify: () => ({ kind: 'unauthorized', message: 'no' }),
  };
  const known = { name: 'test', get: () => ({ secret: new Secret('the-token'), origins: [ORIGIN] }) };
  const harness = {
    vault: { providers: credential === 'secret:UNKNOWN' ? [] : [known] },
    snapshots: memorySnapshots(),
    maxResultBytes: 1e6,
    maxLoadBytes: 1e8,
  };
  const environment = new MockActivityEnvironment(
    { startToCloseTimeoutMs: 60_000 },
    { logger: new DefaultLogger('ERROR', () => {}) },
  );
  try {
    await environment.run(loadActivity(adapter, harness), { ...request, ...(credential && { credential }) });
  } catch (failure) {
    return failure instanceof ApplicationFailure ? failure.details?.[0] : failure;
  }
  return 'it went well';
}

describe('a load that is refused', () => {
  it('says so of a password that is the worker’s own', async () =>
    expect(await said(false)).toEqual({ kind: 'unauthorized', refused: true }));

  it('names the credential where there was one', async () =>
    expect(await said(true, 'secret:KNOWN')).toEqual({
      kind: 'unauthorized',
      credential: expect.any(String) as string,
    }));

  it('says nothing of a credential that is missing, and was shown to nobody', async () =>
    expect(await said(true, 'secret:UNKNOWN')).toEqual({ kind: 'unauthorized' }));
});
