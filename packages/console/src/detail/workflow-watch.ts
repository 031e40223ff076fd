import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { explained, TaskQueues, type Target } from 'stateful-workflow/internal';
import type { Change, Detail, WorkflowMessage } from '../api/types';
import { type Glance, Glancer } from '../fleet/glance';
import { Signal } from '../fleet/signal';
import { differenceOf } from './difference';
import { readDetail } from './read-detail';

/** How often the server is asked whether anything has happened, in milliseconds. */
const LOOK_MS = 1_000;
/** How many changes are kept to be seen, and how many entities of each. */
const MOST_CHANGES = 50;
const MOST_ENTITIES = 100;

type Listener = (message: WorkflowMessage) => void;

/** Watches one workflow for as long as a page shows it, and keeps what changed for who comes back. */
export class WorkflowWatch {
  readonly #client: Client;
  readonly #target: Target;
  readonly #id: string;
  readonly #listeners = new Set<Listener>();
  readonly #work = new Signal();
  #changes: readonly Change[] = [];
  #detail?: Detail;
  #last?: WorkflowMessage;
  #stop?: AbortController;
  #loop: Promise<void> = Promise.resolve();

  constructor(client: Client, target: Target, workflowId: string) {
    this.#client = client;
    this.#target = target;
    this.#id = workflowId;
  }

  /** Tells a listener how it is now, and whenever that changes. @returns ends it */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#last !== undefined) listener(this.#last);
    if (this.#stop === undefined) {
      this.#stop = new AbortController();
      this.#loop = this.#watch(this.#stop.signal);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) void this.close();
    };
  }

  /** Looks at once: something was asked of it. */
  hurry(): void {
    this.#work.raise();
  }

  async close(): Promise<void> {
    this.#stop?.abort();
    this.#stop = undefined;
    // What it says next time is new.
    this.#last = undefined;
    await this.#loop;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    let before: Glance | undefined;
    while (!signal.aborted) {
      try {
        const glancer = new Glancer(this.#client, new TaskQueues(this.#client));
        const glance = await glancer.look(this.#id, before);
        if (glance.mark !== before?.mark || glance.row.status !== before.row.status) await this.#read(glance);
        else if (JSON.stringify(glance.sources) !== JSON.stringify(before.sources)) await this.#read(glance);
        before = glance;
      } catch (error) {
        before = undefined;
        if (error instanceof WorkflowNotFoundError) this.#tell({ kind: 'missing' });
        else this.#tell({ kind: 'trouble', message: explained(error, this.#target).message });
      }
      await this.#work.wait(LOOK_MS, signal);
    }
  }

  async #read(glance: Glance): Promise<void> {
    const description = await this.#client.workflow.getHandle(this.#id).describe();
    const detail = await readDetail(this.#client, description, glance);
    this.#compare(detail);
    this.#detail = detail;
    this.#tell({ kind: 'detail', detail, changes: this.#changes, now: new Date().toISOString() });
  }

  #compare({ said }: Detail): void {
    const before = this.#detail?.said;
    if (said === undefined || before === undefined) return;
    const entities = differenceOf(before.state, said.state);
    if (entities.length === 0) return;
    const sources = Object.entries(said.report.sources)
      .filter(([name, { lastChangedAt }]) => lastChangedAt !== before.report.sources[name]?.lastChangedAt)
      .map(([name]) => name);
    const change: Change = {
      at: new Date().toISOString(),
      sources,
      entities: entities.slice(0, MOST_ENTITIES),
      more: Math.max(0, entities.length - MOST_ENTITIES),
    };
    this.#changes = [change, ...this.#changes].slice(0, MOST_CHANGES);
  }

  #tell(message: WorkflowMessage): void {
    if (
      message.kind === 'trouble' &&
      this.#last?.kind === 'trouble' &&
      message.message === this.#last.message
    )
      return;
    this.#last = message;
    for (const listener of this.#listeners) listener(message);
  }
}
