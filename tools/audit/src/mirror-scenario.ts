import type { Client } from '@temporalio/client';
import type { Canary } from './canary';
import { textOf } from './collect';
import type { Mirror } from './mirror';
import type { Haystack } from './search';
import { until } from './until';

/** Secrets that the mirror is sent, and those that it gives out. */
export interface MirrorCanaries {
  readonly mirrored: Canary;
  readonly password: Canary;
  readonly client: Canary;
  readonly first: Canary;
  readonly renewed: Canary;
}

const LINKS = ['link', 'link-python', 'link-mixed', 'link-path', 'link-nested'];

/** Has APIs give back what they were sent, in links, cursors, validators, records and errors. */
export async function runMirrorScenario(
  client: Client,
  taskQueue: string,
  mirror: Mirror,
  progress: (line: string) => void,
): Promise<readonly Haystack[]> {
  const texts: Haystack[] = [];
  const start = (type: string, id: string, apiUrl: string, secret: string) =>
    client.workflow.start(`${type}Workflow`, {
      workflowId: `${type}-${id}`,
      taskQueue,
      args: [{ id, apiUrl, apiToken: `secret:${secret}` }],
    });

  progress('an API that gives the token back: in links, cursors, validators, times and records');
  const first = await start('Links', 'link', mirror.bearer, 'MIRROR');
  await mirror.waiting;
  await until('the place where a load stands is at the server', async () => {
    const { raw } = await first.describe();
    const [pending] = raw.pendingActivities ?? [];
    if (!pending?.heartbeatDetails?.payloads?.length) return false;
    texts.push({ where: 'heartbeat details of a load, by describe', text: textOf(raw) });
    return true;
  });
  const others = await Promise.all([
    ...LINKS.slice(1).map((id) => start('Links', id, mirror.bearer, 'MIRROR')),
    start('Places', 'p', mirror.bearer, 'MIRROR'),
    start('Records', 'r', mirror.bearer, 'MIRROR'),
  ]);

  progress('an API that repeats passwords and tokens in errors, to several loads that share a request');
  const asking = await Promise.all([
    start('Errors', 'pair', mirror.basic, 'PAIR'),
    ...['1', '2', '3'].map((n) => start('Errors', `client-${n}`, mirror.oauth, 'CLIENT')),
  ]);
  for (const handle of [first, ...others, ...asking])
    // A second load begins with what the first one left.
    for (let load = 0; load < 2; load++)
      await handle
        .executeUpdate('refresh')
        .catch((error: unknown) =>
          texts.push({ where: `a refresh of ${handle.workflowId}`, text: String(error) }),
        );
  return texts;
}

/** Whether the mirror has seen a canary, and its links were followed with the token in them. */
export function mirrorUse({ seen }: Mirror, canaries: MirrorCanaries): readonly Canary[] {
  const { mirrored, password, client, first, renewed } = canaries;
  const links = LINKS.every((path) => seen.has(`link /${path} ${mirrored.value}`));
  return [
    ...(links ? [mirrored] : []),
    ...[password, client, first, renewed].filter(({ value }) =>
      [...seen].some((each) => each === value || each.endsWith(`:${value}`)),
    ),
  ];
}
