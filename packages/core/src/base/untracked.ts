import { maybeGetActivator } from '@temporalio/workflow/lib/global-attributes';

/**
 * Runs something that makes promises of which many wait for long. The SDK keeps where each promise came from for as long as
 * it is pending, for Temporal's stack trace: one to two kilobytes, and nothing that helps where all of them wait in one place.
 */
export function untracked<T>(run: () => T): T {
  const store = maybeGetActivator()?.promiseStackStore;
  if (!store) return run();
  // The SDK untracks its own promises one by one. Those that an `await` makes nobody can name.
  const { promiseToStack, childToParent } = store;
  Object.assign(store, { promiseToStack: new Map(), childToParent: new Map() });
  try {
    return run();
  } finally {
    Object.assign(store, { promiseToStack, childToParent });
  }
}
