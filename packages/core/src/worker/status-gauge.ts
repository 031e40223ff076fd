import type { Client } from '@temporalio/client';
import type { Logger, MetricGauge, MetricMeter } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../contract/search-attributes';
import type { WorkflowStatus } from '../contract/wire';

/** What a workflow that runs may be doing. */
const STATUSES: readonly WorkflowStatus[] = ['running', 'paused', 'degraded', 'unauthorized'];
/** How often the server is asked. A look is one request for each status; none of them is billed as an Action. */
const EVERY_MS = 60_000;

/** Whose workflows are counted, and where the counts go. */
export interface StatusGaugeOptions {
  readonly client: Client;
  readonly taskQueue: string;
  readonly meter: MetricMeter;
  readonly log: Pick<Logger, 'warn'>;
}

/**
 * The metric `stateful_workflow_workflows`: how many workflows of a task queue run, by `status`. The server counts them by
 * their search attributes, whichever worker has them, so every worker of the queue says the same: take the largest, not
 * the sum.
 */
export class StatusGauge {
  readonly #options: StatusGaugeOptions;
  readonly #gauge: MetricGauge;
  #hasFailed = false;

  constructor(options: StatusGaugeOptions) {
    this.#options = options;
    this.#gauge = options.meter.createGauge(
      'stateful_workflow_workflows',
      'int',
      undefined,
      'Running workflows with search attributes, by status',
    );
  }

  /** Counts now and then. @returns what ends it */
  start(): () => void {
    void this.look();
    const timer = setInterval(() => void this.look(), EVERY_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  /** Counts now. Of what goes wrong the log hears once, until it has gone well again. */
  async look(): Promise<void> {
    const { client, taskQueue, log } = this.#options;
    const { namespace } = client.options;
    try {
      for (const status of STATUSES) {
        const query = `ExecutionStatus = 'Running' AND TaskQueue = '${taskQueue.replaceAll("'", "\\'")}' AND ${SEARCH_ATTRIBUTES.status.name} = '${status}'`;
        const { count } = await client.workflow.count(query);
        this.#gauge.set(count, { status, namespace, task_queue: taskQueue });
      }
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed)
        log.warn('The workflows of this task queue could not be counted by status', { error: String(error) });
      this.#hasFailed = true;
    }
  }
}
