import { InvalidInputError, StatefulWorkflowError } from '@stateful-workflow/core';
import { StatefulClient } from '@stateful-workflow/core/client';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { LRUCache } from 'lru-cache';
import { Records } from './records';
import type { CheckedOptions, WebhookTarget } from './options';
import { failed, unavailable } from './report';
import { sourcesOf } from './target';

/** Whether Temporal has the signal, or there is no workflow that could take it. */
export type Sent = 'accepted' | 'unknown';

/** The most workflows whose type is remembered, and for how long, in milliseconds. */
const MOST_KNOWN = 10_000;
const KNOWN_MS = 600_000;

/** Has the workflows of entities look at their sources. */
export class Sender {
  readonly #options: CheckedOptions;
  readonly #workflows: StatefulClient;
  readonly #records: Records;
  /** Workflows that ran and were of the right type. */
  readonly #known = new LRUCache<string, true>({ max: MOST_KNOWN, ttl: KNOWN_MS });

  constructor(options: CheckedOptions) {
    const { client, workflowType: workflow, taskQueue, entityName } = options;
    this.#options = options;
    this.#records = new Records(options);
    this.#workflows = new StatefulClient(client, { workflow, taskQueue, ...(entityName && { entityName }) });
  }

  /** The id of an entity's workflow. */
  workflowId(id: string): string {
    return this.#workflows.workflowId(id);
  }

  /** @throws Turned */
  async send(workflowId: string, target: WebhookTarget): Promise<Sent> {
    const { client, timeoutMs, log } = this.#options;
    try {
      return await client.withDeadline(Date.now() + timeoutMs, () => this.#send(workflowId, target));
    } catch (error) {
      if (error instanceof InvalidInputError) throw failed(`target: ${error.message}`);
      const reason = error instanceof Error ? whyNot(error) : String(error);
      log.error(`Temporal did not accept an event for workflow "${workflowId}": ${reason}`);
      throw unavailable('Temporal did not accept it');
    }
  }

  async #send(workflowId: string, target: WebhookTarget): Promise<Sent> {
    const { id, start } = target;
    const sources = sourcesOf(target);
    const handle = this.#workflows.get(id);
    const state = this.#known.has(workflowId) ? 'running' : await this.#stateOf(workflowId);
    if (state === 'other' || (state === 'missing' && start === undefined)) return 'unknown';
    // One that is started loads by itself.
    const delivery = state === 'running' ? this.#records.deliveryOf(target) : undefined;
    try {
      if (delivery) await handle.temporal.signal('feed', delivery);
      else if (start === undefined) await handle.requestRefresh({ sources });
      else
        await this.#workflows.requestRefresh(
          { ...start, id },
          { workflowIdReusePolicy: 'REJECT_DUPLICATE', workflowIdConflictPolicy: 'USE_EXISTING' },
          { sources },
        );
      this.#known.set(workflowId, true);
      return 'accepted';
    } catch (error) {
      this.#known.delete(workflowId);
      if (isGone(error)) return 'unknown';
      throw error;
    }
  }

  /**
   * Whether a workflow may be sent a signal: an id that an event brings may be that of a workflow which has nothing to do with
   * entities. It is asked once for each workflow, and not billed.
   */
  async #stateOf(workflowId: string): Promise<'running' | 'missing' | 'other'> {
    const { client, workflowType, log } = this.#options;
    try {
      const { type, status } = await client.workflow.getHandle(workflowId).describe();
      if (type !== workflowType)
        log.warn(
          `Workflow "${workflowId}" is a ${type} and no ${workflowType}: events for it are passed over`,
        );
      return type === workflowType && status.name === 'RUNNING' ? 'running' : 'other';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'missing';
      throw error;
    }
  }
}

/** Whether the workflow has ended meanwhile. */
const isGone = (error: unknown): boolean =>
  error instanceof WorkflowNotFoundError ||
  error instanceof WorkflowExecutionAlreadyStartedError ||
  (error instanceof StatefulWorkflowError &&
    (error.code === 'WORKFLOW_NOT_FOUND' || error.code === 'WORKFLOW_ENDED'));

/** What Temporal's client says of a failure is only that it failed; why, its cause says. */
const whyNot = ({ message, cause }: Error): string =>
  cause instanceof Error ? `${message}: ${cause.message}` : message;
