import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type WorkflowClientInterceptor } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { type TestWorkflowEnvironment, TimeSkippingWorkflowClient } from '@temporalio/testing';
import type { Turns } from './turns';

/** How long until the server is asked again. Milliseconds. */
const PAUSE = 5;
/** As the API calls an update that a workflow has begun to handle. */
const ACCEPTED = 2;

/** What calls of a test's client wait for. */
export interface ClientHost {
  readonly turns: Turns;
  /** Aborted when the test stops. */
  readonly ended: AbortSignal;
  /** Waits until what is under way is done. */
  readonly rest: () => Promise<void>;
}

/** A client whose signals, updates and cancellations wait until what comes of them is done. */
export function restingClient(
  { connection, namespace, client: theirs }: TestWorkflowEnvironment,
  host: ClientHost,
  dataConverter?: DataConverter,
): Client {
  const client = new Client({
    connection,
    ...(namespace !== undefined && { namespace }),
    ...(dataConverter && { dataConverter }),
    interceptors: { workflow: [resting(host, theirs)] },
  });
  // As the environment's own client is: it skips time while somebody waits for a result.
  const workflow = new TimeSkippingWorkflowClient({ ...client.workflow.options, connection });
  return Object.assign(client, { workflow });
}

type Target = { readonly workflowId?: string | null };

/** @param plain the client that waits for nothing */
function resting({ turns, rest, ended }: ClientHost, plain: Client): WorkflowClientInterceptor {
  const andRest = async <T>(send: () => Promise<T>): Promise<T> => {
    const answer = await send();
    await rest();
    return answer;
  };
  /**
   * Sends something that may have a workflow stop its watches: not while one of them has news.
   *
   * @param arrived whether it has reached the workflow, for what may be long in coming to its end
   */
  const inTurn = async <T>(
    { workflowId }: Target,
    send: () => Promise<T>,
    arrived?: (isOver: () => boolean) => Promise<void>,
  ): Promise<T> => {
    const end = await turns.take();
    let isOver = false;
    const sent = send().finally(() => (isOver = true));
    const workflow = plain.workflow.getHandle(workflowId ?? '');
    // The server answers once no task of the workflow is due. One that has ended answers nothing.
    const taken = plain.connection.withAbortSignal(ended, async () => {
      await Promise.race([sent, arrived?.(() => isOver || ended.aborted) ?? sent]);
      await workflow.query('status');
    });
    void taken.catch(() => {}).finally(end);
    return andRest(() => sent);
  };
  return {
    signal: (input, next) => inTurn(input.workflowExecution, () => next(input)),
    cancel: (input, next) => inTurn(input.workflowExecution, () => next(input)),
    startUpdate(input, next) {
      const { updateId = randomUUID() } = input.options;
      const { workflowExecution } = input;
      return inTurn(
        workflowExecution,
        () => next({ ...input, options: { ...input.options, updateId } }),
        (isOver) => accepted(plain, { workflowExecution, updateId }, isOver),
      );
    },
    terminate: (input, next) => andRest(() => next(input)),
    startWithDetails: (input, next) => andRest(() => next(input)),
    signalWithStart: (input, next) => andRest(() => next(input)),
    startUpdateWithStart: (input, next) => andRest(() => next(input)),
  };
}

/** Waits until a workflow has begun to handle an update. */
async function accepted(
  { workflow: { workflowService }, options: { namespace, identity } }: Client,
  updateRef: { readonly workflowExecution: Target; readonly updateId: string },
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    try {
      const waitPolicy = { lifecycleStage: ACCEPTED };
      await workflowService.pollWorkflowExecutionUpdate({ namespace, identity, updateRef, waitPolicy });
      return;
    } catch {
      // It has not come there yet.
      await sleep(PAUSE);
    }
  }
}
