import type { Style } from '../render/terminal';
import type { NodeStatus } from './tree-node';

/** Red needs a look, yellow may need one, cyan waits, green goes, grey is over. The most urgent first. */
const styles: Readonly<Record<NodeStatus, Style>> = {
  failing: 'red',
  failed: 'red',
  unauthorized: 'red',
  missing: 'red',
  terminated: 'red',
  'timed-out': 'red',
  degraded: 'yellow',
  silent: 'yellow',
  unknown: 'yellow',
  starting: 'cyan',
  attaching: 'cyan',
  paused: 'cyan',
  running: 'green',
  completed: 'dim',
  cancelled: 'dim',
};

const urgency = new Map(Object.keys(styles).map((status, index) => [status, index]));

/** What a workflow that runs can be doing, as it says itself or as the server sees it. */
export const statuses: readonly NodeStatus[] = [
  'running',
  'paused',
  'degraded',
  'unauthorized',
  'failing',
  'silent',
  'unknown',
];

/** Whether a text is one of {@link statuses}. */
export const isStatus = (text: string): boolean => statuses.some((status) => status === text);

/** How a status looks. One of a later version is as remarkable as an unknown one. */
export function statusStyle(status: string): Style {
  return Object.hasOwn(styles, status) ? styles[status as NodeStatus] : 'yellow';
}

/** Statuses, with those that need a look before the others. */
export function inOrderOfUrgency(statuses: readonly string[]): string[] {
  return statuses.toSorted((one, other) => (urgency.get(one) ?? 0) - (urgency.get(other) ?? 0));
}
