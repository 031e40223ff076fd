import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
import { expect } from 'vitest';
import { StatefulHandle } from '../../src/client';
import type { TestEnvironment, WorkflowName } from './environment';
import { eventually } from './eventually';
import { type SeenSignal, signalsBetween } from './signals';

/** The entities of one test whose relations lead anywhere: ids of one test are not those of another. */
export class TestOffice {
  readonly #env: TestEnvironment;
  readonly #suffix = randomUUID().slice(0, 8);

  constructor(env: TestEnvironment) {
    this.#env = env;
  }

  /** The id of one of its entities, whatever the kind: `a` is another one in each test. */
  id(name: string): string {
    return `${name}-${this.#suffix}`;
  }

  /** The workflow of an entity, whether or not it runs. */
  of(entityName: string, name: string): StatefulHandle<Readonly<Record<string, unknown>>> {
    return new StatefulHandle(this.#env.client, `${entityName}-${this.id(name)}`);
  }

  /** Starts the workflow of an entity as a client does. */
  async start(
    workflow: WorkflowName,
    entityName: string,
    name: string,
    input: Readonly<Record<string, unknown>> = {},
  ): Promise<StatefulHandle<Readonly<Record<string, unknown>>>> {
    const handle = this.of(entityName, name);
    await this.#env.startRaw({ id: this.id(name), entityName, ...input }, workflow, handle.workflowId);
    return handle;
  }

  /** Waits until an entity's workflow holds these fields of its root. */
  async holds(entityName: string, name: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    await eventually(async () =>
      expect((await this.of(entityName, name).state())[entityName]?.[this.id(name)]).toMatchObject(fields),
    );
  }

  /** Waits until the workflow of an entity has these children, all running. */
  async parents(entityName: string, name: string, ...workflowIds: readonly string[]): Promise<void> {
    await eventually(async () => {
      const children = await this.of(entityName, name).children();
      expect(children.map(({ workflowId, status }) => `${workflowId} ${status}`).toSorted()).toEqual(
        workflowIds.map((id) => `${id} running`).toSorted(),
      );
    });
  }

  /** How the workflow of an entity is, as Temporal says; `undefined` when there never was one. */
  async statusOf(entityName: string, name: string): Promise<string | undefined> {
    try {
      return (await this.of(entityName, name).temporal.describe()).status.name;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  /** Waits until the workflow of an entity is closed. */
  async closed(entityName: string, name: string): Promise<void> {
    await eventually(async () => expect(await this.statusOf(entityName, name)).toBe('CANCELLED'));
  }

  /** What one entity's workflow told another's of changes, tokens and ends. */
  signals(from: readonly [string, string], to: readonly [string, string]): Promise<SeenSignal[]> {
    return signalsBetween(this.#env.client, this.of(...from).workflowId, this.of(...to).workflowId);
  }
}
