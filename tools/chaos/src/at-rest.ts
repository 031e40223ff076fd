import { isDeepStrictEqual } from 'node:util';
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { Journal } from './journal';
import type { World } from './world';

/**
 * What is not as it has to be at rest, each with its id: workflows that do not hold what the source holds; that are
 * missing; that run without an entity; that failed; that are stuck; and changes that no workflow has reported (`lost`), or that
 * one has reported twice or after newer ones (`doubled`).
 */
export type Findings = Readonly<
  Record<'different' | 'missing' | 'leftOver' | 'failed' | 'stuck' | 'lost' | 'doubled', string[]>
>;

export const isClean = (findings: Findings): boolean =>
  Object.values(findings).every((found) => found.length === 0);

const ofType = "WorkflowType IN ('CustomerWorkflow', 'TicketWorkflow', 'CustomersFeed')";

/** Compares all workflows with the sources. */
export async function look(
  client: Client,
  world: World,
  journal: Journal,
  feedId: string,
): Promise<Findings> {
  const running = await listed(client, `${ofType} AND ExecutionStatus = 'Running'`);
  const ended = await listed(client, `${ofType} AND ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated')`);
  const { expected } = world;
  const different: string[] = [];
  const stuck: string[] = [];
  const chains = new Map<string, string>();
  await inParallel([...running.values()], async ({ workflowId, runId }) => {
    const handle = client.workflow.getHandle(workflowId, runId);
    const { raw } = await handle.describe();
    chains.set(workflowId, raw.workflowExecutionInfo?.firstRunId ?? '');
    const attempt = raw.pendingWorkflowTask?.attempt ?? 0;
    if (attempt > 3) return void stuck.push(`${workflowId}: its workflow task is at attempt ${attempt}`);
    // One whose task fails again and again cannot be asked, and one that is busy cannot just now: it is looked at again.
    const asked = await Promise.all([handle.query<string>('status'), handle.query('data')]).catch(
      (error: unknown) => void stuck.push(`${workflowId} cannot be asked: ${said(error)}`),
    );
    if (!asked) return;
    const [status, data] = asked;
    const source = expected.get(workflowId);
    if (status !== 'running' && (source !== undefined || workflowId === feedId))
      different.push(`${workflowId} is ${status}: ${JSON.stringify(await handle.query('sources'))}`);
    if (source === undefined) return;
    const holds = sorted(data);
    if (!isDeepStrictEqual(holds, source))
      different.push(`${workflowId}\n  holds  ${JSON.stringify(holds)}\n  source ${JSON.stringify(source)}`);
  });
  return {
    different,
    stuck,
    missing: [...expected.keys(), feedId].filter((id) => !running.has(id)),
    leftOver: [...running.keys()].filter((id) => id !== feedId && !expected.has(id)),
    failed: [...ended.values()].map(
      ({ workflowId, runId, status }) => `${workflowId} ${runId}: ${status.name}`,
    ),
    lost: world.versions.flatMap(({ workflowId, key, version }) => {
      const reported = journal.of(chains.get(workflowId) ?? '', key);
      return reported.includes(version)
        ? []
        : [`${workflowId}: version ${version} of ${key}; it reported ${reported.join(', ') || 'none'}`];
    }),
    doubled: journal.doubled,
  };
}

/** Workflow tasks that failed by their code, in any run: `workflow id: what it was`. One whose worker was killed is none. */
export async function wedged(client: Client): Promise<string[]> {
  const found: string[] = [];
  await inParallel(await all(client, ofType), async ({ workflowId, runId }) => {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    for (const { workflowTaskFailedEventAttributes: failed } of events ?? [])
      if (failed?.failure?.message && !/unhandled ?command/i.test(failed.failure.message))
        found.push(`${workflowId} ${runId}: ${failed.failure.message}`);
  });
  return found;
}

async function all(client: Client, query: string): Promise<WorkflowExecutionInfo[]> {
  const found: WorkflowExecutionInfo[] = [];
  for await (const info of client.workflow.list({ query })) found.push(info);
  return found;
}

const listed = async (client: Client, query: string): Promise<Map<string, WorkflowExecutionInfo>> =>
  new Map((await all(client, query)).map((info) => [info.workflowId, info]));

/** What an error says, with what it comes of. */
function said(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} ${said(error.cause)}`;
}

/** Lists by id: they are in the order in which the source gave them, which says nothing. */
function sorted(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([field, value]) => [
      field,
      Array.isArray(value)
        ? (value as { id: string }[]).toSorted((a, b) => (a.id < b.id ? -1 : 1))
        : (value as unknown),
    ]),
  );
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
    }),
  );
}
