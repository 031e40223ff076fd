import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { StatefulHandle } from '../../src/client';
import type { TreeNode } from '../workflows';
import type { TestEnvironment, WorkflowName } from './environment';
import { eventually } from './eventually';
import type { ScriptedSource } from './scripted-adapter';

/** A tree of workflows: each node of its data has one, which has those of its own nodes for children. */
export class TestTree {
  /** The ids of every node, level by level, the root's first. */
  readonly levels: readonly (readonly string[])[];
  readonly #env: TestEnvironment;

  /** @param sizes how many nodes each level has, without the root; each level's are shared out evenly */
  constructor(env: TestEnvironment, sizes: readonly number[]) {
    this.#env = env;
    const name = randomUUID().slice(0, 8);
    this.levels = [1, ...sizes].map((size, level) =>
      Array.from({ length: size }, (_, i) => `${name}-${level}-${i}`),
    );
  }

  get ids(): string[] {
    return this.levels.flat();
  }

  /** The first node of a level: 0 is the root's. */
  at(level: number): StatefulHandle {
    return this.node(this.levels[level]?.[0] as string);
  }

  node(id: string): StatefulHandle {
    return new StatefulHandle(this.#env.client, `Node-${id}`);
  }

  /** What the first node of a level loads, where it loads. */
  source(level: number): ScriptedSource {
    return this.#env.sources.of(this.levels[level]?.[0] as string, 'ticket');
  }

  async start(workflow: WorkflowName, input: Readonly<Record<string, unknown>> = {}): Promise<this> {
    const data = this.#data(0, 0);
    await this.#env.startRaw(
      { id: data.id, entityName: 'Node', data, ...input },
      workflow,
      this.at(0).workflowId,
    );
    return this;
  }

  /** Waits until the first nodes of all levels answer as expected, each the same. */
  async eventually(
    ask: (node: StatefulHandle, level: number) => Promise<unknown>,
    expected: unknown,
  ): Promise<void> {
    for (const level of this.levels.keys())
      await eventually(async () => expect(await ask(this.at(level), level)).toEqual(expected));
  }

  /** Waits until every node answers as expected; one that did is not asked again. */
  async all(
    ask: (node: StatefulHandle) => Promise<unknown>,
    expected: unknown,
    timeout: number,
  ): Promise<void> {
    const waiting = this.ids;
    const work = async (): Promise<void> => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
        const node = this.node(id);
        await eventually(async () => expect(await ask(node)).toEqual(expected), timeout);
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
  }

  #data(level: number, i: number): TreeNode {
    const [own, below] = [this.levels[level] ?? [], this.levels[level + 1] ?? []];
    const nodes = below.flatMap((_, j) => (j % own.length === i ? [this.#data(level + 1, j)] : []));
    return { id: own[i] as string, ...(nodes.length > 0 && { nodes }) };
  }
}
