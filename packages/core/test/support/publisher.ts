import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { StatefulHandle } from '../../src/client';
import type { Subscription } from '../../src/contract/hierarchy';
import type { DeletePayload, UpdatePayload } from '../../src/index';
import type { DeskData } from '../workflows/hierarchy';
import type { Heard } from '../workflows/hierarchy-links';
import type { TestEnvironment, WorkflowName } from './environment';
import { eventually } from './eventually';

/** A desk without children, whose changes others ask for. */
export class Publisher {
  readonly id = `d_${randomUUID().slice(0, 8)}`;
  readonly handle: StatefulHandle<DeskData>;
  readonly #env: TestEnvironment;
  #subscribers = 0;

  constructor(env: TestEnvironment) {
    this.#env = env;
    this.handle = new StatefulHandle<DeskData>(env.client, `Publisher-${this.id}`);
  }

  async start(
    input: Readonly<Record<string, unknown>> = {},
    workflow: WorkflowName = 'TicketWorkflow',
  ): Promise<this> {
    const argument = { id: this.id, entityName: 'Desk', ...input };
    await this.#env.startRaw(argument, workflow, this.handle.workflowId);
    return this;
  }

  /** A subscription of another workflow; what is not said of it is likely. */
  subscription(workflowId: string, selector: string, more: Partial<Subscription> = {}): Subscription {
    return {
      workflowId,
      subscriptionId: `s_${this.#subscribers++}`,
      signalName: 'update',
      selector,
      ...more,
    };
  }

  /** A workflow that keeps what it is sent, with a subscription for each selector. */
  async listener(...selectors: readonly string[]): Promise<Listener> {
    const listener = await Listener.start(this.#env);
    for (const selector of selectors)
      await this.handle.subscribe(this.subscription(listener.workflowId, selector));
    return listener;
  }

  async update(fields: Readonly<Record<string, unknown>>, entityName = 'Desk'): Promise<void> {
    await this.handle.update({ entityName, data: fields });
  }
}

/** A workflow that is none of this project's, and hears `update` and `delete`. */
export class Listener {
  private constructor(
    readonly workflowId: string,
    readonly temporal: Awaited<ReturnType<TestEnvironment['startRaw']>>,
  ) {}

  static async start(env: TestEnvironment): Promise<Listener> {
    const workflowId = `listener-${randomUUID()}`;
    return new Listener(workflowId, await env.startRaw(undefined, 'ListeningWorkflow', workflowId));
  }

  heard(): Promise<Heard[]> {
    return this.temporal.query<Heard[]>('heard');
  }

  /** Every field that it heard of, and every entity that went: `Ticket.t_1.status`, `-Ticket.t_1`. */
  async told(): Promise<string[]> {
    return (await this.heard()).flatMap(({ signal, payload }) => {
      if (signal === 'delete')
        return Object.entries((payload as DeletePayload).deletions ?? {}).flatMap(([name, ids]) =>
          ids.map((id) => `-${name}.${id}`),
        );
      return Object.entries((payload as UpdatePayload).updates ?? {}).flatMap(([name, entities]) =>
        Object.entries(entities).flatMap(([id, set]) =>
          Object.keys(set).map((field) => `${name}.${id}.${field}`),
        ),
      );
    });
  }

  /** Waits until it has heard of all that, and of nothing else. */
  async hasBeenTold(...what: readonly string[]): Promise<void> {
    await eventually(async () => expect((await this.told()).toSorted()).toEqual(what.toSorted()));
  }
}
