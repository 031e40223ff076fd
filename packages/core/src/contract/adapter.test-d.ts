import { describe, expectTypeOf, it } from 'vitest';
import type {
  Credential,
  DataSourceAdapter,
  Fault,
  FaultKind,
  LoadContext,
  Page,
  RejectedSignals,
  Secret,
  SourceInfo,
  WorkflowStatus,
} from '../index';
import { createRegistry, type Registry, type SecretProvider, type statefulWorkflow } from '../worker';

interface Query {
  readonly key: string;
}

declare const adapter: DataSourceAdapter<Query, number>;

describe('types of the adapter contract', () => {
  it('a query and a cursor of its own', () => {
    expectTypeOf<Parameters<typeof adapter.load>>().toEqualTypeOf<[Query, LoadContext<number>]>();
    expectTypeOf(adapter.load).returns.toEqualTypeOf<AsyncIterable<Page<number>>>();
    expectTypeOf(adapter.classify).toEqualTypeOf<(error: unknown) => Fault>();
    expectTypeOf<LoadContext<number>['heartbeat']>().parameters.toEqualTypeOf<[number]>();
    expectTypeOf<Page<number>['cursor']>().toEqualTypeOf<number | undefined>();
  });

  it('is version 1, and says so', () => {
    expectTypeOf<DataSourceAdapter['contractVersion']>().toEqualTypeOf<1>();
    const next = { ...adapter, contractVersion: 2 as const };
    expectTypeOf(next).not.toExtend<DataSourceAdapter<Query, number>>();
    expectTypeOf<Omit<typeof adapter, 'classify'>>().not.toExtend<DataSourceAdapter<Query, number>>();
  });

  it('a page says whether it is the last of a full sweep', () => {
    expectTypeOf<{ records: [] }>().not.toExtend<Page>();
    expectTypeOf<{ records: []; complete: false }>().toExtend<Page>();
    expectTypeOf<{ records: []; complete: true; unchanged: false }>().not.toExtend<Page>();
  });

  it('names every kind of fault and status', () => {
    expectTypeOf<FaultKind>().toEqualTypeOf<
      'transient' | 'throttled' | 'unauthorized' | 'invalid' | 'gone' | 'fatal'
    >();
    expectTypeOf<WorkflowStatus>().toEqualTypeOf<
      'running' | 'paused' | 'degraded' | 'unauthorized' | 'completed' | 'cancelled' | 'failed'
    >();
    expectTypeOf<SourceInfo['lastOutcome']>().toEqualTypeOf<
      'unchanged' | 'delta' | 'snapshot' | 'failed' | undefined
    >();
    expectTypeOf<RejectedSignals['recent'][number]>().not.toHaveProperty('payload');
  });

  it('a secret is not a string', () => {
    expectTypeOf<Credential['secret']>().toEqualTypeOf<Secret>();
    expectTypeOf<Secret>().not.toExtend<string>();
    expectTypeOf<Secret['reveal']>().returns.toEqualTypeOf<string>();
    expectTypeOf<SecretProvider['get']>().parameters.toEqualTypeOf<[string]>();
  });

  it('adapters of all kinds make one registry', () => {
    expectTypeOf<Parameters<typeof createRegistry>[0]>().toExtend<readonly unknown[]>();
    expectTypeOf<[typeof adapter, DataSourceAdapter<{ other: 1 }, string>]>().toExtend<
      Parameters<typeof createRegistry>[0]
    >();
    expectTypeOf(createRegistry).returns.toEqualTypeOf<Registry>();
    expectTypeOf<{ secrets: [] }>().not.toExtend<Parameters<typeof statefulWorkflow>[0]>();
  });
});
