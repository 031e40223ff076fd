import type { Client } from '@temporalio/client';
import type { Keyring } from '@stateful-workflow/core/client';
import type { Target } from 'stateful-workflow/internal';
import { LRUCache } from 'lru-cache';
import { Actor } from './actions/act';
import type { Action, ActionResult } from './api/types';
import { FleetWatch } from './fleet/fleet-watch';
import { WorkflowWatch } from './detail/workflow-watch';

/** How many workflows are remembered with what changed of them. */
const REMEMBERED = 200;
/** How long an answer may take, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** What a {@link Sight} looks at. */
export interface SightOptions extends Target {
  readonly client: Client;
  readonly taskQueue?: string;
  readonly query?: string;
  readonly keyring?: Keyring;
  readonly perSecond: number;
}

/** All that the console sees and does: a fleet, single workflows, and what is asked of them. */
export class Sight {
  readonly client: Client;
  readonly fleet: FleetWatch;
  readonly #options: SightOptions;
  readonly #actor: Actor;
  readonly #workflows = new LRUCache<string, WorkflowWatch>({
    max: REMEMBERED,
    dispose: (watch) => void watch.close(),
  });

  constructor(options: SightOptions) {
    this.client = options.client;
    this.#options = options;
    this.fleet = new FleetWatch(options);
    this.#actor = new Actor(options.client, options.keyring);
  }

  /** The watch of one workflow; the same for all pages that show it. */
  workflow(id: string): WorkflowWatch {
    const known = this.#workflows.get(id);
    if (known !== undefined) return known;
    const watch = new WorkflowWatch(this.client, this.#options, id);
    this.#workflows.set(id, watch);
    return watch;
  }

  /** Has a workflow do something, and looks at it anew. */
  async act(id: string, action: Action): Promise<ActionResult> {
    try {
      return await this.#actor.act(id, action);
    } finally {
      this.fleet.hurry(id);
      this.#workflows.get(id)?.hurry();
    }
  }

  /** Asks something that has to be answered soon. */
  inTime<T>(call: () => Promise<T>): Promise<T> {
    return this.client.withDeadline(Date.now() + TIMEOUT_MS, call);
  }

  async close(): Promise<void> {
    await Promise.all([this.fleet.close(), ...[...this.#workflows.values()].map((watch) => watch.close())]);
  }
}
