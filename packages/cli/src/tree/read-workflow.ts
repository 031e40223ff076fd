import type { Client } from '@temporalio/client';
import type { WorkflowStatus } from '@stateful-workflow/core';
import { StatefulHandle } from '@stateful-workflow/core/client';
import { plainText } from '../render/plain-text';
import { describeExecution, type Execution, reasonOf } from '../temporal/execution';
import { concernsAll, detailsOf, faultKindOf } from '../temporal/fault';
import { TaskQueues } from '../temporal/task-queues';
import { safeToken } from './safe-token';
import { sourceErrors } from './source-errors';
import type { Reading } from './tree-node';

/** What is said of a workflow that is none of this library's. */
export const NOT_STATEFUL = 'not a Stateful Workflow: it does not know the query `status`';

/** Asks workflows of one server how they are, and the server about those that do not answer. */
export class WorkflowReader {
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
   * Reads one workflow.
   *
   * @throws what would be the same with any other workflow, such as a server that is gone; all else that is wrong
   *   is in the reading
   */
  read(workflowId: string): Promise<Reading> {
    return this.#read(workflowId, (execution) => this.#askAll(execution));
  }

  /** Reads what one workflow is doing, and nothing else: one question instead of many. @throws as {@link read} */
  readStatus(workflowId: string): Promise<Reading> {
    return this.#read(workflowId, async ({ workflowType, taskQueue }) => {
      const { temporal } = new StatefulHandle(this.#client, workflowId);
      const status = await this.#inTime(() => temporal.query<WorkflowStatus>('status'));
      this.#taskQueues.answered(taskQueue);
      return { workflowType, status };
    });
  }

  async #read(workflowId: string, ask: (execution: Execution) => Promise<Reading>): Promise<Reading> {
    try {
      const execution = await this.#describe(workflowId);
      if (execution === undefined) return {};
      return (await this.#unaskable(execution)) ?? (await this.#asked(execution, ask));
    } catch (error) {
      if (concernsAll(error)) throw error;
      return { status: 'unknown', error: problemOf(error) };
    }
  }

  /** What is known of a workflow that need not be asked, because it would not answer. */
  async #unaskable(execution: Execution): Promise<Reading | undefined> {
    const { workflowType, closed, failedAttempts, taskQueue } = execution;
    if (closed !== undefined) {
      // What completed went well, and a cancellation has no reason: neither is worth the question.
      const asked = closed.status === 'failed' || closed.status === 'terminated';
      const reason = asked ? await this.#reason(execution) : undefined;
      return {
        workflowType,
        status: closed.status,
        ...(closed.at && { closedAt: closed.at }),
        ...(reason && { error: reason }),
      };
    }
    if (failedAttempts > 0) {
      const reason = await this.#reason(execution);
      if (reason !== undefined) {
        return { workflowType, status: 'failing', error: `its workflow task keeps failing: ${reason}` };
      }
    }
    const silence = await this.#taskQueues.silence(taskQueue);
    return silence === undefined
      ? undefined
      : { workflowType, status: 'silent', error: `not asked: ${silence}` };
  }

  async #asked(execution: Execution, ask: (execution: Execution) => Promise<Reading>): Promise<Reading> {
    try {
      return await ask(execution);
    } catch (error) {
      return this.#unanswered(execution, error);
    }
  }

  async #askAll({ workflowId, workflowType, taskQueue }: Execution): Promise<Reading> {
    const handle = new StatefulHandle(this.#client, workflowId);
    // One after the other: the server turns a second question to a busy workflow away.
    const report = await this.#inTime(() => handle.status());
    this.#taskQueues.answered(taskQueue);
    const children = await this.#ifKnown(() => handle.children());
    const token = safeToken(await this.#ifKnown(() => handle.apiToken()));
    const error = sourceErrors(report.sources);
    return {
      status: report.status,
      workflowType,
      report,
      ...(token && { token }),
      ...(error && { error: plainText(error) }),
      children: children ?? [],
    };
  }

  async #unanswered({ workflowId, workflowType, taskQueue }: Execution, error: unknown): Promise<Reading> {
    const kind = faultKindOf(error);
    if (kind === 'server-gone') throw error;
    if (kind === 'not-stateful') return { workflowType, status: 'unknown', error: NOT_STATEFUL };
    // It may have ended or begun to fail since it was described.
    const now = await this.#describe(workflowId);
    const unaskable = now && (await this.#unaskable(now));
    if (unaskable && unaskable.status !== 'silent') return unaskable;
    if (kind === 'timeout') {
      const why = await this.#taskQueues.timedOut(taskQueue);
      return {
        workflowType,
        status: 'silent',
        error: plainText(`does not answer: ${why}`),
      };
    }
    return { workflowType, status: 'unknown', error: problemOf(error) };
  }

  /** Workers of an earlier version know fewer queries. */
  async #ifKnown<T>(question: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#inTime(question);
    } catch (error) {
      if (faultKindOf(error) === 'not-stateful') return undefined;
      throw error;
    }
  }

  #describe(workflowId: string): Promise<Execution | undefined> {
    return this.#inTime(() => describeExecution(this.#client, workflowId));
  }

  async #reason(execution: Execution): Promise<string | undefined> {
    const reason = await this.#inTime(() => reasonOf(this.#client, execution));
    return reason === undefined ? undefined : plainText(reason);
  }

  #inTime<T>(call: () => Promise<T>): Promise<T> {
    return this.#client.withDeadline(Date.now() + this.#timeout, call);
  }
}

function problemOf(error: unknown): string {
  return faultKindOf(error) === 'encrypted'
    ? 'its answers are encrypted: name the keyring with --keyring'
    : detailsOf(error);
}
