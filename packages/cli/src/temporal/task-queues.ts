import type { Client } from '@temporalio/client';

/** `TASK_QUEUE_TYPE_WORKFLOW` of Temporal's API. */
const workflowTasks = 1;

/**
 * Remembers which task queues answer. Where a worker is gone every question waits until its time is up, which
 * over a thousand workflows would take an hour: after the first silence the others are not asked.
 */
export class TaskQueues {
  readonly #client: Client;
  readonly #answered = new Set<string>();
  readonly #silent = new Map<string, Promise<string>>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Notes that a workflow on a queue answered. */
  answered(taskQueue: string): void {
    this.#answered.add(taskQueue);
  }

  /** Notes that one did not, and finds out why that may be. */
  timedOut(taskQueue: string): Promise<string> {
    const known = this.#silent.get(taskQueue);
    if (known !== undefined) return known;
    const reason = this.#reason(taskQueue);
    this.#silent.set(taskQueue, reason);
    return reason;
  }

  /** Why it is not worth asking on a queue; `undefined` when it is. */
  async silence(taskQueue: string): Promise<string | undefined> {
    return this.#answered.has(taskQueue) ? undefined : this.#silent.get(taskQueue);
  }

  async #reason(taskQueue: string): Promise<string> {
    const busy = `the worker of task queue "${taskQueue}" may be busy or gone`;
    try {
      const { pollers } = await this.#client.workflowService.describeTaskQueue({
        namespace: this.#client.options.namespace,
        taskQueue: { name: taskQueue },
        taskQueueType: workflowTasks,
      });
      return pollers.length > 0 ? busy : `no worker polls task queue "${taskQueue}"; start one`;
    } catch {
      // Who may query need not be allowed to look at task queues.
      return busy;
    }
  }
}
