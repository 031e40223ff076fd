import { isUtf8 } from 'node:buffer';
import { Client, type Connection, type WorkflowExecutionInfo } from '@temporalio/client';
import type { Haystack } from './search';

/** What can be asked of a workflow of this library, and what Temporal itself answers. */
const QUERIES = [
  'id',
  'entityName',
  'state',
  'data',
  'status',
  'problem',
  'pendingChanges',
  'subscriptions',
  'managedPaths',
  'apiUrl',
  'apiToken',
  'sources',
  'children',
  'rejectedSignals',
  '__stack_trace',
  '__temporal_workflow_metadata',
];

/**
 * Everything that a Temporal server holds of its workflows, one text each: every event of every run with its payloads,
 * headers and failures, both as it is stored and decoded; memos, search attributes and pending activities; and what
 * running workflows answer to queries.
 */
export async function* collect(connection: Connection, namespace: string): AsyncGenerator<Haystack> {
  const client = new Client({ connection, namespace });
  const executions: WorkflowExecutionInfo[] = [];
  for await (const execution of client.workflow.list()) executions.push(execution);
  for (const { workflowId, runId, status } of executions) {
    const name = `${workflowId} (run ${runId.slice(-6)})`;
    const handle = client.workflow.getHandle(workflowId, runId);
    for (const event of (await handle.fetchHistory()).events ?? []) {
      const where = `history of ${name}, event ${String(event.eventId)}`;
      yield { where, text: textOf(event) };
    }
    const described = await client.workflowService.describeWorkflowExecution({
      namespace,
      execution: { workflowId, runId },
    });
    yield {
      where: `describe of ${name}: memo, search attributes, pending activities`,
      text: textOf(described),
    };
    if (status.name !== 'RUNNING') continue;
    for (const query of QUERIES)
      yield { where: `query ${query} of ${name}`, text: await answer(() => handle.query(query)) };
  }
}

/** An answer as text, or the error that came instead: it could hold a secret as well. */
async function answer(ask: () => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await ask()) ?? '';
  } catch (error) {
    return error instanceof Error
      ? `${error.message} ${error.stack} ${JSON.stringify(error.cause)}`
      : String(error);
  }
}

/** A message of Temporal's as it is, in base64 where it has bytes, and again with those read as text. */
export function textOf(message: object): string {
  const stored = JSON.stringify(message);
  const decoded: string[] = [];
  JSON.stringify(JSON.parse(stored), (key, value: unknown) => {
    if (typeof value !== 'string' || (key !== 'data' && value.length <= 20)) return value;
    const bytes = Buffer.from(value, 'base64');
    // What is no text when it is read so was none.
    if (key === 'data' || isUtf8(bytes)) decoded.push(bytes.toString('utf8'));
    return value;
  });
  return [stored, ...decoded].join('\n');
}
