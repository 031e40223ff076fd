import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import type { DataSourceAdapter, LoadContext } from '../contract/adapter';
import type { LoadRequest, LoadResult } from '../contract/load';
import { defineSchema, many } from '../contract/schema';
import { loadActivity } from './load-activity';
import { memorySnapshots } from './snapshots';

const request: LoadRequest = {
  source: 'contacts',
  query: {},
  entity: { name: 'Customer', id: 'c_1' },
  schema: defineSchema({ Customer: { relations: { contacts: many('Contact') } }, Contact: {} }),
  into: 'contacts',
  checkpoint: { cursor: 'before' },
};

/** A load whose first attempt got to page 1 and broke off; the adapter says where the second begins. */
async function secondAttempt(begin: (ctx: LoadContext) => unknown): Promise<LoadResult> {
  const adapter: DataSourceAdapter = {
    name: 'paged',
    contractVersion: 1,
    capabilities: { incremental: true },
    querySchema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
    async *load(_, ctx) {
      if (begin(ctx) === undefined) yield { records: [{ id: 'k_1' }], complete: false };
      yield { records: [{ id: 'k_2' }], cursor: 'after', validators: { etag: '"2"' }, complete: true };
    },
    classify: (error) => ({ kind: 'fatal', message: String(error) }),
  };
  const harness = {
    vault: { providers: [] },
    snapshots: memorySnapshots(),
    maxResultBytes: 1e6,
    maxLoadBytes: 1e6,
  };
  const environment = new MockActivityEnvironment({ attempt: 2, heartbeatDetails: { progress: 1 } });
  return environment.run<[LoadRequest], LoadResult, (given: LoadRequest) => Promise<LoadResult>>(
    loadActivity(adapter, harness),
    request,
  );
}

describe('a load that goes on where an attempt before it broke off', () => {
  it('proves nothing gone and moves no cursor: the next load brings what is missing', async () => {
    expect(await secondAttempt((ctx) => ctx.resumeFrom)).toMatchObject({
      outcome: 'snapshot',
      complete: false,
      append: { field: 'contacts', ids: ['k_2'] },
      checkpoint: { cursor: 'before' },
    });
    expect(await secondAttempt((ctx) => ctx.resumeFrom)).not.toHaveProperty('checkpoint.validators');
  });

  it('is whole when it starts over', async () => {
    expect(await secondAttempt(() => undefined)).toMatchObject({
      outcome: 'snapshot',
      complete: true,
      entities: { Customer: { c_1: { contacts: ['k_1', 'k_2'] } } },
      checkpoint: { cursor: 'after', validators: { etag: '"2"' } },
    });
  });
});
