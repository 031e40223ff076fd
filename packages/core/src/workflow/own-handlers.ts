import { getActivator } from '@temporalio/workflow/lib/global-attributes';
import { log, workflowInfo } from '@temporalio/workflow';
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

/**
 * Sees to it that handlers stay as they are while the workflow runs: code of the class may set its own at any time.
 *
 * @param names of handlers that are set, by kind
 * @returns looks whether they are still there; to be called whenever something has happened. What has replaced one of
 *   them, or taken it away, fails the workflow task in which it happened, so that nothing of it is kept.
 */
export function keepHandlers(names: Readonly<Record<Kind, readonly string[]>>): () => void {
  const activator = getActivator();
  const kinds = keys(KINDS) as Kind[];
  /** What there is, without names: those are the same in every workflow. */
  const kept = new Set<unknown>();
  for (const kind of kinds) for (const name of names[kind]) kept.add(activator[KINDS[kind]].get(name));
  /** Those that a run has replaced before there was this: on replay they are taken. */
  let replaced: Set<string> | undefined;
  const look = (kind: Kind, name: string): void => {
    if (kept.has(activator[KINDS[kind]].get(name)) || AMONG_WORKFLOWS.includes(name)) return;
    if (replaced?.has(`${kind} ${name}`)) return;
    if (!workflowInfo().unsafe.isReplaying) throw taken('setHandler', kind, name);
    (replaced ??= new Set()).add(`${kind} ${name}`);
  };
  return () => {
    for (const kind of kinds) for (const name of names[kind]) look(kind, name);
  };
}

const taken = (where: string, kind: Kind, name: string): InvalidInputError =>
  new InvalidInputError(
    where,
    `sets a handler for the ${kind} "${name}", which every stateful workflow answers by itself`,
    `Give your ${kind} another name`,
  );
