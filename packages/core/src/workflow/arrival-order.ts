import { getActivator } from '@temporalio/workflow/lib/global-attributes';

/**
 * Sets handlers, and only then gives them what came before them, in the order of arrival. By itself the SDK gives
 * each handler what waits for it as soon as it is set: signals would be handled in the order in which the code
 * happens to set their handlers, a `delete` after the `update` that came later. The SDK has no public way to hold
 * them back for handlers that the user's class sets by name, so this takes them from where the SDK keeps them.
 */
export function inOrderOfArrival(setHandlers: () => void): void {
  const activator = getActivator();
  const { bufferedSignals, bufferedUpdates } = activator;
  const signals = bufferedSignals.splice(0);
  const updates = bufferedUpdates.splice(0);
  setHandlers();
  for (const signal of signals) bufferedSignals.push(signal);
  activator.dispatchBufferedSignals();
  // An update comes to a workflow task after the signals that are in it: so it is on every later task, too.
  for (const update of updates) bufferedUpdates.push(update);
  activator.dispatchBufferedUpdates();
}
