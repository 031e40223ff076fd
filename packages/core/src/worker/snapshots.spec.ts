import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import type { DataSourceAdapter } from '../contract/adapter';
import type { LoadRequest, LoadResult } from '../contract/load';
import { defineSchema, many } from '../contract/schema';
import { loadActivity } from './load-activity';
import { memorySnapshots } from './snapshots';

const schema = defineSchema({ Customer: { relations: { contacts: many('Contact') } }, Contact: {} });
const victim = {
  namespace: 'default',
  workflowType: 'CustomerWorkflow',
  workflowExecution: { workflowId: 'Customer-c_1', runId: 'r_1' },
};
const records = (name: string): unknown[] =>
  Array.from({ length: 50 }, (_, i) => ({ id: `k_${i}`, name: i === 0 ? name : `Contact ${i}` }));

/** A worker whose source gives what it is told to. */
function workerOf(maxResultBytes = 1e6) {
  let given: unknown[] = [];
  const adapter: DataSourceAdapter = {
    name: 'test',
    contractVersion: 1,
    capabilities: {},
    querySchema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
    async *load() {
      yield { records: given, complete: true };
    },
    classify: (error) => ({ kind: 'fatal', message: String(error) }),
  };
  const snapshots = memorySnapshots();
  const activity = loadActivity(adapter, {
    vault: { providers: [] },
    snapshots,
    maxResultBytes,
    maxLoadBytes: 1e8,
  });
  const load = async (
    who: Partial<typeof victim>,
    source: unknown[],
    more: Partial<LoadRequest> = {},
  ): Promise<LoadResult> => {
    given = source;
    const request: LoadRequest = {
      source: 'contacts',
      query: {},
      entity: { name: 'Customer', id: 'c_1' },
      schema,
      into: 'contacts',
      ...more,
    };
    const environment = new MockActivityEnvironment({ ...victim, ...who, startToCloseTimeoutMs: 60_000 });
    return environment.run<[LoadRequest], LoadResult, typeof activity>(activity, request);
  };
  return { load };
}

const OTHERS: readonly (readonly [string, Partial<typeof victim>, Partial<LoadRequest>])[] = [
  ['workflow', { workflowExecution: { workflowId: 'Customer-c_2', runId: 'r_2' } }, {}],
  ['namespace', { namespace: 'other' }, {}],
  ['workflow type', { workflowType: 'SpyWorkflow' }, {}],
  ['source', {}, { source: 'invoices' }],
];

describe('what a worker keeps of a load', () => {
  it('is there for the next load of the same source of the same workflow, in a later run as well', async () => {
    const { load } = workerOf();
    const first = await load({}, records('Ann'));
    expect(first.outcome).toBe('snapshot');
    const later = { workflowExecution: { workflowId: 'Customer-c_1', runId: 'r_9' } };
    const checkpoint = 'checkpoint' in first ? first.checkpoint : undefined;
    expect((await load(later, records('Bob'), { checkpoint })).outcome).toBe('delta');
  });

  it.each(OTHERS)('answers no other %s that names its digest', async (_, who, more) => {
    const { load } = workerOf();
    const first = await load({}, records('Ann'));
    const checkpoint = 'checkpoint' in first ? first.checkpoint : undefined;
    // A delta to a snapshot of somebody else says what is in that.
    expect((await load(who, records('Bob'), { ...more, checkpoint })).outcome).toBe('snapshot');
  });

  it.each(OTHERS)('gives no other %s a part of a result that it names', async (_, who, more) => {
    const { load } = workerOf(1_000);
    const first = await load({}, records('Ann Secret'));
    if (first.outcome !== 'part') throw new Error('It is to travel in parts');
    const part = { digest: first.digest, index: 0 };
    expect(JSON.stringify(await load({}, [], { part }))).toContain('Ann Secret');
    expect(JSON.stringify(await load(who, [], { ...more, part }))).not.toContain('Ann Secret');
  });
});
