import { getActivator } from '@temporalio/workflow/lib/global-attributes';
import { type CancellationScope, condition, log, workflowInfo } from '@temporalio/workflow';
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
      const refusal = taken('setup', kind, name);
      if (!AMONG_WORKFLOWS.includes(name)) throw refusal;
      log.warn(refusal.message);
    }
}

/** A handler that is to stay as it is. */
type Kept = readonly [kind: Kind, name: string, handler: unknown];

/** Sets handlers, and gives those that nobody else may replace, now or later. */
export function settingHandlers(set: () => void): Kept[] {
  const activator = getActivator();
  const before = new Set((keys(KINDS) as Kind[]).flatMap((kind) => [...activator[KINDS[kind]].values()]));
  set();
  return (keys(KINDS) as Kind[]).flatMap((kind) =>
    [...activator[KINDS[kind]]].flatMap(([name, handler]) =>
      before.has(handler) || AMONG_WORKFLOWS.includes(name) ? [] : ([[kind, name, handler]] as const),
    ),
  );
}

/**
 * Sees to it that handlers stay as they are while the workflow runs: code of the class may set its own at any time. What
 * replaces one of them, or takes it away, fails the workflow task in which it happens, so that nothing of it is kept.
 */
export function keepHandlers(handlers: readonly Kept[], shield: CancellationScope): void {
  const activator = getActivator();
  let kept = handlers;
  const isLost = ([kind, name, handler]: Kept): boolean => activator[KINDS[kind]].get(name) !== handler;
  // Conditions are looked at whenever something has happened. This one is never met.
  void shield.run(() =>
    condition(() => {
      const lost = kept.find(isLost);
      if (!lost) return false;
      // One that a run has taken before there was this is taken on replay.
      if (!workflowInfo().unsafe.isReplaying) throw taken('setHandler', lost[0], lost[1]);
      kept = kept.filter((one) => !isLost(one));
      return false;
    }),
  );
}

const taken = (where: string, kind: Kind, name: string): InvalidInputError =>
  new InvalidInputError(
    where,
    `sets a handler for the ${kind} "${name}", which every stateful workflow answers by itself`,
    `Give your ${kind} another name`,
  );
