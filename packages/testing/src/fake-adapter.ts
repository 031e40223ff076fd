import { type DataSourceAdapter, StatefulWorkflowError } from '@stateful-workflow/core';
import { type Fake, FakeFaultError, type FakeSource, type FakeSourceHost } from './fake-source';

/** Fake sources by the names that sources have in their classes. */
export type FakeSources = Readonly<Record<string, Fake>>;

/** @internal The test that fakes are used in. */
export interface FakeAdapterHost extends FakeSourceHost {
  /** A class loads from a source that the test has no fake for. */
  miss(source: string): void;
}

/**
 * An adapter that gives what fake sources hold, whatever adapter it bears the name of. {@link testWorkflow} makes those that
 * a class needs; this is for a worker of one's own.
 *
 * @param name the adapter that it stands in for: `rest`
 * @param sources by the names that they have in the class
 */
export function fakeAdapter(name: string, sources: FakeSources): DataSourceAdapter {
  return adapterOf(name, sources);
}

/** @internal The same in a test that hears of it. */
export function adapterOf(name: string, sources: FakeSources, host?: FakeAdapterHost): DataSourceAdapter {
  return {
    name,
    contractVersion: 1,
    capabilities: {},
    querySchema: {
      '~standard': { version: 1, vendor: 'stateful-workflow', validate: (value) => ({ value }) },
    },
    load(query, context) {
      const source = sourceOf(context.caller, Object.keys(sources));
      const fake = sources[source] as FakeSource | undefined;
      if (fake) return fake.load(query, context, host);
      host?.miss(source);
      throw new StatefulWorkflowError(
        'ADAPTER_UNKNOWN',
        `There is no fake for the source "${source}". Add it to the test: sources: { ${source}: fakeSource([]) }.`,
      );
    },
    classify: (error) =>
      error instanceof FakeFaultError
        ? {
            kind: error.kind,
            message: error.message,
            ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
          }
        : { kind: 'fatal', message: error instanceof Error ? error.message : String(error) },
  };
}

/** The source that a load is of. @param caller `invoices Customer-c_42`, behind the namespace if that is not the default one */
function sourceOf(caller = '', names: readonly string[]): string {
  const named = caller.replace(/^\[[^\]]*\] /, '');
  const longestFirst = names.toSorted((a, b) => b.length - a.length);
  return longestFirst.find((name) => named.startsWith(`${name} `)) ?? named.replace(/ .*$/, '');
}
