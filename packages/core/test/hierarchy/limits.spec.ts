import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { StatefulHandle } from '../../src/client';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';
import { scale } from '../support/scale';
import { TestTree } from '../support/tree';

/** How long a thousand workflows may take, on a small machine that does other things as well. */
const LONG = 180_000;
/** Nodes on the last level of a tree. */
const LEAVES = scale(1_010, 60);
/** Tickets on each of six shelves. */
const TICKETS = scale(200, 20);

describe('large hierarchies', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    // Each workflow runs all of its bundle's modules as it starts: this one has few.
    const workflowBundle = await bundleWorkflowCode({
      workflowsPath: join(__dirname, '../workflows/hierarchy-large.ts'),
      logger: new DefaultLogger('ERROR'),
    });
    env = await TestEnvironment.start({ worker: { workflowBundle } });
  });
  afterAll(() => env.stop());

  const list = (desk: TestDesk, count: number, from = 0) =>
    Array.from({ length: count }, (_, i) => desk.record(`n${from + i}`));
  /** Asks again, but so seldom that the answers cost little of the machine. */
  const slowly = (look: () => Promise<void>): Promise<void> =>
    vi.waitFor(look, { timeout: LONG, interval: 2_000 });
  /** How many workflows of a type run. */
  const running = async (type: string): Promise<number> => {
    const query = `TaskQueue = '${env.taskQueue}' AND WorkflowType = '${type}' AND ExecutionStatus = 'Running'`;
    return (await env.client.workflow.count(query)).count;
  };
  /** Waits until a workflow has so many children, all running. */
  const hasChildren = (handle: StatefulHandle, count: number): Promise<void> =>
    slowly(async () => {
      const children = await handle.children();
      expect(children.filter(({ status }) => status === 'running')).toHaveLength(count);
      expect(children).toHaveLength(count);
    });

  it('a level in between has each workflow have few children', { timeout: LONG * 2 }, async () => {
    const desk = new TestDesk(env);
    const shelves = Array.from({ length: 6 }, (_, i) => ({
      id: `s${i}-${desk.id}`,
      tickets: list(desk, TICKETS, i * TICKETS),
    }));
    await desk.start('RoomDeskWorkflow', { data: { shelves } });
    await hasChildren(desk.handle, 6);
    for (const { id } of shelves) await hasChildren(new StatefulHandle(env.client, `Shelf-${id}`), TICKETS);
    // Both ways, through the level in between.
    await desk.handle.update({ entityName: 'Ticket', data: { id: desk.idOf('n30'), title: 'from above' } });
    await desk.holds('n30', { title: 'from above' });
    await desk.ticket('n30').update({ entityName: 'Ticket', data: { note: 'from below' } });
    await eventually(async () =>
      expect((await desk.handle.state())['Ticket']?.[desk.idOf('n30')]).toMatchObject({
        title: 'from above',
        note: 'from below',
      }),
    );
    await desk.handle.cancel();
    expect(await desk.closed(`n${6 * TICKETS - 1}`)).toBe('CANCELLED');
  });

  it(
    'five levels, with most nodes on one path, start, take a token and are cancelled',
    { timeout: LONG * 2 },
    async () => {
      const tree = await new TestTree(env, [1, 1, 1, LEAVES]).start('NodeWorkflow', {
        apiToken: 'secret:FIRST',
      });
      expect(tree.ids).toHaveLength(LEAVES + 4);
      const reference = async (node: StatefulHandle): Promise<unknown> => (await node.apiToken())?.reference;
      await slowly(async () => expect(await running('NodeWorkflow')).toBe(LEAVES + 4));
      await tree.at(0).temporal.signal('apiToken', 'secret:SECOND');
      await tree.all(reference, 'secret:SECOND', LONG);
      await tree.at(0).cancel();
      await slowly(async () => expect(await running('NodeWorkflow')).toBe(0));
      await env.expectNeverWedged(tree.at(0).workflowId);
    },
  );
});
