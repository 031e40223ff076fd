import { getActivator } from '@temporalio/workflow/lib/global-attributes';
import { log } from '@temporalio/workflow';
import { InvalidInputError } from '../contract/errors';
import { keys } from '../state/objects';

/** Where Temporal keeps a workflow's handlers, by what they answer. It has no public way to ask which are set. */
const KINDS = { signal: 'signalHandlers', update: 'updateHandlers', query: 'queryHandlers' } as const;
type Kind = keyof typeof KINDS;

/** Signals that workflows of a hierarchy send each other. They are no part of what clients are promised. */
const AMONG_WORKFLOWS: readonly string[] = ['parent', 'child', 'release'];

/**
 * Lets something set handlers, and sees to it that it replaces none that is there: the contract's would not be answered
 * any more, by the user's own code or by the library's. Of a signal that only workflows of a hierarchy send each other it
 * warns: a class that has neither parents nor children can do without.
 *
 * @throws InvalidInputError that names the handler
 */
export function keepingHandlers(set: () => void): void {
  const activator = getActivator();
  const before = (keys(KINDS) as Kind[]).map(
    (kind) => [kind, new Map<string, unknown>(activator[KINDS[kind]])] as const,
  );
  set();
  for (const [kind, handlers] of before)
    for (const [name, handler] of handlers) {
      if (activator[KINDS[kind]].get(name) === handler) continue;
      const refusal = new InvalidInputError(
        'setup',
        `sets a handler for the ${kind} "${name}", which every stateful workflow answers by itself`,
        `Give your ${kind} another name`,
      );
      if (!AMONG_WORKFLOWS.includes(name)) throw refusal;
      log.warn(refusal.message);
    }
}
