import type { Info } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { LoadError } from '@stateful-workflow/core';
import { type AttemptContext, type Delivery, type Gone, isReference } from '@stateful-workflow/core/internal';
import type { Entry } from './entries';
import { MEMO } from './fleet';
import { codeOf, FAILED_PRECONDITION, INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED } from './grpc';
import type { Target } from './target';
import type { FeedOptions } from './workflow/feed-options';

/** The name of the signal that carries a delivery. */
const SIGNAL = 'feed';

/** What became of a delivery: it was accepted, nobody was there for it, or Temporal does not take it. */
export type Fate = 'delivered' | 'absent' | 'refused';

/** Which feed delivers, and since when. */
interface Origin {
  readonly info: Info;
  readonly epoch: number;
}

/** Sends what a feed read to the workflows of its entities. */
export class Deliverer {
  readonly #client: Client;
  readonly #options: FeedOptions;
  readonly #target: Target;
  readonly #context: AttemptContext;
  readonly #origin: Origin;
  readonly #from: string;

  constructor(client: Client, options: FeedOptions, target: Target, context: AttemptContext, origin: Origin) {
    this.#client = client;
    this.#options = options;
    this.#target = target;
    this.#context = context;
    this.#origin = origin;
    this.#from = origin.info.workflowExecution?.workflowId ?? '';
  }

  /** @throws LoadError that is retryable when the server cannot say */
  async deliver({ id, record, entities, digest }: Entry, position: number): Promise<Fate> {
    const delivery = this.#delivery(id, position, { entities, digest });
    const { start = 'missing' } = this.#options;
    const starts = typeof start === 'function' ? start(record) : start === 'missing';
    return this.#fate(id, () => (starts ? this.#start(id, delivery) : this.#signal(id, delivery)));
  }

  /** Tells the workflow of an entity that it is gone. @throws as {@link deliver} does */
  async tellGone(id: string, gone: Gone, position: number): Promise<Fate> {
    return this.#fate(id, () => this.#signal(id, this.#delivery(id, position, { gone })));
  }

  #delivery(id: string, position: number, what: Pick<Delivery, 'entities' | 'digest' | 'gone'>): Delivery {
    const { name, into } = this.#options;
    return {
      entity: { name: this.#target.entityName, id },
      source: into.source,
      feed: name,
      from: this.#from,
      epoch: this.#origin.epoch,
      position,
      ...what,
    };
  }

  async #signal(id: string, delivery: Delivery): Promise<void> {
    await this.#client.workflow.getHandle(this.#target.prefix + id).signal(SIGNAL, delivery);
  }

  async #start(id: string, delivery: Delivery): Promise<void> {
    const { workflowType, entityName, prefix, begins } = this.#target;
    const { apiUrl, reference } = this.#context;
    const input = {
      id,
      entityName,
      apiUrl,
      // A token in plaintext goes no further than the feed that was given it.
      apiToken: reference !== undefined && isReference(reference) ? reference : undefined,
      begins,
    };
    await this.#client.workflow.signalWithStart(workflowType, {
      workflowId: prefix + id,
      taskQueue: this.#options.into.taskQueue ?? this.#origin.info.taskQueue,
      args: [input],
      signal: SIGNAL,
      signalArgs: [delivery],
      memo: { [MEMO]: this.#from },
    });
  }

  async #fate(id: string, send: () => Promise<void>): Promise<Fate> {
    try {
      await send();
      return 'delivered';
    } catch (error) {
      const code = codeOf(error);
      if (code === NOT_FOUND) return 'absent';
      if (code !== INVALID_ARGUMENT && code !== FAILED_PRECONDITION && code !== PERMISSION_DENIED)
        throw error;
      this.#context.log.warn('Temporal does not take a delivery; the entity keeps what it has', {
        workflowId: this.#target.prefix + id,
        error: String(error),
      });
      return 'refused';
    }
  }
}

/** What the server could not answer, as a fault that passes. */
export function undelivered(error: unknown): unknown {
  if (codeOf(error) === undefined) return error;
  return new LoadError(`A delivery was not accepted by Temporal, and is tried again: ${String(error)}`, {
    cause: error,
    retryable: true,
  });
}
