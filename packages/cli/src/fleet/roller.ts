import { type Client, type WorkflowExecutionInfo, WorkflowNotFoundError } from '@temporalio/client';
import { StatefulHandle } from '@stateful-workflow/core/client';
import { StatefulWorkflowError } from '@stateful-workflow/core';
import { concernsAll, detailsOf, faultKindOf } from '../temporal/fault';
import { TaskQueues } from '../temporal/task-queues';

/** What came of asking a workflow to roll. `other`: it is no Stateful Workflow, and is left alone. */
export type Rolled =
  { readonly outcome: 'asked' | 'gone' | 'other' } | { readonly outcome: 'refused'; readonly reason: string };

/** What a workflow answers to the query that the SDK itself has in every workflow. */
interface Metadata {
  readonly definition?: {
    readonly signalDefinitions?: readonly { readonly name?: string }[];
    readonly updateDefinitions?: readonly { readonly name?: string }[];
  };
}

/** Asks workflows to continue as new: none that would not know what to do with the signal. */
export class Roller {
  readonly #client: Client;
  readonly #timeout: number;
  readonly #taskQueues: TaskQueues;

  /** @param timeout how long an answer may take, in milliseconds */
  constructor(client: Client, timeout: number) {
    this.#client = client;
    this.#timeout = timeout;
    this.#taskQueues = new TaskQueues(client);
  }

  /**
   * Asks one workflow.
   *
   * @throws what would be the same with any other workflow, such as a server that is gone
   */
  async roll({
    workflowId,
    taskQueue,
  }: Pick<WorkflowExecutionInfo, 'workflowId' | 'taskQueue'>): Promise<Rolled> {
    const silence = await this.#taskQueues.silence(taskQueue);
    if (silence !== undefined) return { outcome: 'refused', reason: `not asked: ${silence}` };
    try {
      const { definition = {} } = await this.#inTime(() =>
        this.#client.workflow.getHandle(workflowId).query<Metadata>('__temporal_workflow_metadata'),
      );
      this.#taskQueues.answered(taskQueue);
      const { signalDefinitions = [], updateDefinitions = [] } = definition;
      if (!updateDefinitions.some(({ name }) => name === 'rotateToken')) return { outcome: 'other' };
      if (!signalDefinitions.some(({ name }) => name === 'roll'))
        return { outcome: 'refused', reason: 'its code is of a version that does not know how to roll' };
      await this.#inTime(() => new StatefulHandle(this.#client, workflowId).roll());
      return { outcome: 'asked' };
    } catch (error) {
      return this.#failed(taskQueue, error);
    }
  }

  async #failed(taskQueue: string, error: unknown): Promise<Rolled> {
    if (concernsAll(error)) throw error;
    if (isGone(error)) return { outcome: 'gone' };
    const kind = faultKindOf(error);
    // Workflows of other SDKs answer in another form, or know no such question.
    if (kind === 'not-stateful' || /json\/protobuf/.test(detailsOf(error))) return { outcome: 'other' };
    if (kind === 'timeout')
      return {
        outcome: 'refused',
        reason: `does not answer: ${await this.#taskQueues.timedOut(taskQueue)}`,
      };
    if (kind === 'encrypted')
      return { outcome: 'refused', reason: 'its answers are encrypted: name the keyring with --keyring' };
    return { outcome: 'refused', reason: detailsOf(error) };
  }

  #inTime<T>(call: () => Promise<T>): Promise<T> {
    return this.#client.withDeadline(Date.now() + this.#timeout, call);
  }
}

function isGone(error: unknown): boolean {
  return (
    error instanceof WorkflowNotFoundError ||
    (error instanceof StatefulWorkflowError && error.code === 'WORKFLOW_NOT_FOUND')
  );
}
