import { setTimeout as sleep } from 'node:timers/promises';
import type { TemporalService } from './start-temporal';

/** A server tells of what it has counted a second or two later. */
const LATE_MS = 3_000;

/** Billable Actions by their type, as the server names it: `activity_retry`, `command_StartTimer`. */
export type Actions = ReadonlyMap<string, number>;

/**
 * The billable Actions that a server has counted in a namespace since it began, by its own metric `action`. Takes three
 * seconds: what is counted in these may or may not be among them.
 *
 * @throws Error when the server does not tell what it counts
 */
export async function actionsOf(
  { metricsUrl, namespace }: Pick<TemporalService, 'metricsUrl' | 'namespace'>,
  ask: typeof fetch = fetch,
): Promise<Actions> {
  if (metricsUrl === undefined)
    throw new Error(
      'This Temporal server does not tell what it counts. Leave TEMPORAL_ADDRESS unset, so that one is started with its metrics on.',
    );
  await sleep(LATE_MS);
  const answer = await ask(metricsUrl);
  if (!answer.ok) throw new Error(`${metricsUrl} answered ${answer.status}.`);
  return readActions(await answer.text(), namespace);
}

/** The metric `action` out of what a server exposes in Prometheus' text format. */
export function readActions(text: string, namespace: string): Actions {
  const actions = new Map<string, number>();
  for (const [, labels = '', value] of text.matchAll(/^action\{([^}]*)\} (\S+)$/gm)) {
    if (labelOf(labels, 'namespace') !== namespace) continue;
    const type = labelOf(labels, 'action_type') ?? 'unknown';
    actions.set(type, (actions.get(type) ?? 0) + Number(value));
  }
  return actions;
}

const labelOf = (labels: string, name: string): string | undefined =>
  new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1];

/** What was counted between two readings, without the types of which there was none. */
export function actionsBetween(before: Actions, after: Actions): Actions {
  return new Map(
    [...after]
      .map(([type, count]) => [type, count - (before.get(type) ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}

/** How many they are together. */
export const totalOf = (actions: Actions): number =>
  [...actions.values()].reduce((sum, count) => sum + count, 0);

/** Actions for a person: `activity_retry 20, command_StartTimer 1`. */
export const shownActions = (actions: Actions): string =>
  [...actions]
    .toSorted(([, a], [, b]) => b - a)
    .map(([type, count]) => `${type} ${count}`)
    .join(', ') || 'none';
