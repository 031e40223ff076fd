import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { TextDecoder, TextEncoder } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { type DefinedWorkflow, HEARS_OF_WORKFLOWS } from '../contract/defined';

/** The workflows of a bundle, and under which names a worker finds them. */
export interface BundledWorkflows {
  readonly defined: readonly DefinedWorkflow[];
  readonly exported: Readonly<Record<string, unknown>>;
}

/** Code at the top of a module that takes longer than this does not come to its end. */
const LONGEST_MS = 10_000;

/**
 * Looks through a bundle of workflows as Temporal would load it, but in no workflow: modules run, and nothing else.
 *
 * @throws what the code at the top of a module throws: some needs a workflow
 */
export async function bundledWorkflows(code: string): Promise<BundledWorkflows> {
  const defined: DefinedWorkflow[] = [];
  const nothing = (): void => {};
  const context = createContext({
    URL,
    URLSearchParams,
    TextEncoder,
    TextDecoder,
    AbortController,
    AsyncLocalStorage,
    console: { log: nothing, warn: nothing, error: nothing, info: nothing, debug: nothing },
    __webpack_module_cache__: {},
  });
  Object.assign(context, { [HEARS_OF_WORKFLOWS]: (workflow: DefinedWorkflow) => defined.push(workflow) });
  // A class may wait for something in a field, which fails where there is no workflow: that is nobody's error.
  const ignore = (reason: unknown, promise: Promise<unknown>): void => {
    if (promise instanceof Promise) throw reason;
  };
  process.on('unhandledRejection', ignore);
  try {
    const options = { timeout: LONGEST_MS };
    runInContext(code, context, options);
    const exported = runInContext('__TEMPORAL__.importWorkflows()', context, options) as object;
    return { defined, exported: { ...exported } };
  } finally {
    await turn();
    process.off('unhandledRejection', ignore);
  }
}
