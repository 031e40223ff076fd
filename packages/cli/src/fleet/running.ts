import {
  type Client,
  isGrpcServiceError,
  ServiceError,
  type WorkflowExecutionInfo,
} from '@temporalio/client';
import { UsageError } from '../errors';
import { detailsOf } from '../temporal/fault';

/** Which workflows a command is about. */
export interface FleetFlags {
  /** Only those of this workflow type. */
  readonly type?: string;
  /** Only those that this query of Temporal's visibility finds. */
  readonly query?: string;
}

/** gRPC's code for a question that cannot be understood. */
const INVALID_ARGUMENT = 3;

/** The visibility query that finds what runs of a fleet. */
export function runningQuery({ type, query }: FleetFlags): string {
  return [
    "ExecutionStatus = 'Running'",
    ...(type === undefined ? [] : [`WorkflowType = ${quoted(type)}`]),
    ...(query === undefined ? [] : [`(${query})`]),
  ].join(' AND ');
}

/** A text as a value in a visibility query. */
export const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/**
 * Lists the workflows that a query finds, a page at a time.
 *
 * @throws UsageError when the server cannot understand the query
 */
export async function* listed(client: Client, query: string): AsyncGenerator<WorkflowExecutionInfo> {
  try {
    yield* client.workflow.list({ query });
  } catch (error) {
    throw misunderstood(error) ?? error;
  }
}

/** How many workflows a query finds. @throws UsageError when the server cannot understand the query */
export async function counted(client: Client, query: string): Promise<number> {
  try {
    return (await client.workflow.count(query)).count;
  } catch (error) {
    throw misunderstood(error) ?? error;
  }
}

function misunderstood(error: unknown): UsageError | undefined {
  const grpc = error instanceof ServiceError ? error.cause : error;
  if (!isGrpcServiceError(grpc) || Number(grpc.code) !== INVALID_ARGUMENT) return undefined;
  return new UsageError(
    `The server does not understand the query: ${detailsOf(error)}. Write --query as Temporal's list filters are: --query "TaskQueue = 'crm' AND StartTime < '2026-01-01T00:00:00Z'".`,
    { cause: error },
  );
}
