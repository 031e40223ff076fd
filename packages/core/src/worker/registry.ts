import type { DataSourceAdapter } from '../contract/adapter';
import { matching } from '../contract/check';
import { StatefulWorkflowError } from '../contract/errors';

/** The adapters of a worker, by name. Made by {@link createRegistry}. */
export interface Registry {
  /** Registered adapters, in the order given. */
  readonly adapters: readonly DataSourceAdapter[];
  /** The adapter with this name. */
  get(name: string): DataSourceAdapter | undefined;
  /** Closes every adapter; gives the errors of those that failed, after all were tried. */
  close(): Promise<void>;
}

/**
 * Composes adapters into a registry.
 *
 * @example
 * const registry = createRegistry([restAdapter({ origins: ['https://crm.example.com'] })]);
 * @throws StatefulWorkflowError `ADAPTER_DUPLICATE` when two have one name; `ADAPTER_INVALID` when one is not
 *   an adapter of this contract version; InvalidInputError when there is no list of them
 */
export function createRegistry(adapters: readonly DataSourceAdapter[]): Registry {
  const byName = new Map<string, DataSourceAdapter>();
  checkList(adapters, 'createRegistry');
  adapters.forEach((adapter, i) => {
    checkAdapter(adapter, i);
    if (byName.has(adapter.name)) {
      throw new StatefulWorkflowError(
        'ADAPTER_DUPLICATE',
        `Two adapters are named "${adapter.name}". A workflow could not tell them apart: give one another name (its factory takes a "name" option).`,
        { context: { adapter: adapter.name } },
      );
    }
    byName.set(adapter.name, adapter);
  });
  const get: Registry['get'] = (name) => byName.get(name);
  for (const adapter of byName.values()) adapter.registered?.(get);
  return {
    adapters: [...byName.values()],
    get,
    close: async () => {
      const closed = await Promise.allSettled([...byName.values()].map(async (adapter) => adapter.close?.()));
      const errors = closed.flatMap((result) =>
        result.status === 'rejected' ? [result.reason as unknown] : [],
      );
      if (errors.length > 0)
        throw new AggregateError(errors, `${errors.length} of ${closed.length} adapters did not close`);
    },
  };
}

const checkList = matching(
  'a list of adapters',
  "[restAdapter({ origins: ['https://crm.example.com'] })]",
  Array.isArray,
);

function checkAdapter(adapter: DataSourceAdapter, index: number): void {
  const wrong = (reason: string): StatefulWorkflowError =>
    new StatefulWorkflowError(
      'ADAPTER_INVALID',
      `adapters[${index}]: ${reason}. Pass what an adapter's factory returns, for example restAdapter({ … }).`,
    );
  if (typeof adapter !== 'object' || adapter === null) throw wrong('is not an adapter');
  if (typeof adapter.name !== 'string' || !/^[A-Za-z][A-Za-z0-9-]*$/.test(adapter.name)) {
    throw wrong('has no usable name (letters, digits and "-", starting with a letter)');
  }
  const version: unknown = adapter.contractVersion;
  if (version !== 1) {
    throw wrong(
      `"${adapter.name}" was written for contract version ${String(version)}, and this worker speaks version 1`,
    );
  }
  for (const method of ['load', 'classify'] as const) {
    if (typeof adapter[method] !== 'function') throw wrong(`"${adapter.name}" has no ${method}()`);
  }
  if (typeof adapter.querySchema?.['~standard']?.validate !== 'function')
    throw wrong(`"${adapter.name}" has no querySchema`);
}
