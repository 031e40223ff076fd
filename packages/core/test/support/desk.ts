import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { StatefulHandle } from '../../src/client';
import type { ChildInfo } from '../../src/contract/hierarchy';
import type { DeskData, TicketData } from '../workflows/hierarchy';
import type { TestEnvironment, WorkflowName } from './environment';
import { eventually } from './eventually';
import type { ScriptedSource } from './scripted-adapter';

/** A record of a desk's source. */
export type TicketRecord = Readonly<Record<string, unknown>> & { readonly id: string };

/** A desk, its source, and the workflows of its tickets. Ids of one desk are not those of another. */
export class TestDesk {
  readonly id: string;
  readonly handle: StatefulHandle<DeskData>;
  readonly source: ScriptedSource;
  readonly #env: TestEnvironment;

  constructor(env: TestEnvironment, id = randomUUID().slice(0, 8)) {
    this.#env = env;
    this.id = id;
    this.handle = new StatefulHandle<DeskData>(env.client, `Desk-${id}`);
    this.source = env.sources.of(id, 'tickets');
  }

  /** The id of one of its tickets: `a` is another one at each desk. */
  idOf(name: string): string {
    return `${name}-${this.id}`;
  }

  /** A ticket as the source gives it. */
  record(name: string, fields: Readonly<Record<string, unknown>> = {}): TicketRecord {
    return { id: this.idOf(name), title: name, ...fields };
  }

  /** The workflow of a ticket, whether or not it runs. */
  ticket(name: string): StatefulHandle<TicketData> {
    return new StatefulHandle<TicketData>(this.#env.client, `Ticket-${this.idOf(name)}`);
  }

  async start(
    workflow: WorkflowName = 'DeskWorkflow',
    input: Readonly<Record<string, unknown>> = {},
  ): Promise<this> {
    await this.#env.startRaw({ id: this.id, entityName: 'Desk', ...input }, workflow, this.handle.workflowId);
    return this;
  }

  /** Waits until the parent's children are these, all running. */
  async settled(...names: readonly string[]): Promise<void> {
    await this.eventually((children) =>
      expect(children.map(({ id, status }) => `${id} ${status}`).toSorted()).toEqual(
        names.map((name) => `${this.idOf(name)} running`).toSorted(),
      ),
    );
  }

  /** Waits until something holds of what the parent says of its children. */
  async eventually(look: (children: readonly ChildInfo[]) => void): Promise<void> {
    await eventually(async () => look(await this.handle.children()));
  }

  /** Waits until a ticket's workflow holds these fields. */
  async holds(name: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    await eventually(async () => expect(await this.ticket(name).data()).toMatchObject(fields));
  }

  /** Waits until a ticket's workflow is closed, and gives how. */
  async closed(name: string): Promise<string> {
    return eventually(async () => {
      const { status } = await this.ticket(name).temporal.describe();
      expect(status.name).not.toBe('RUNNING');
      return status.name;
    });
  }

  /** The run of a ticket's workflow. */
  async runOf(name: string): Promise<string> {
    return (await this.ticket(name).temporal.describe()).runId;
  }
}
