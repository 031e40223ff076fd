import type { WorkflowHandle } from '@temporalio/client';
import type { ChildInfo } from '@stateful-workflow/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, TestEnvironment } from './support/environment';
import type { Row } from './support/memory-collection';
import { type DeskData, TicketsFeed } from './workflows';

describe('a feed of entities that have a parent', () => {
  let env: TestEnvironment;
  let ids: [string, string, string];
  beforeEach(async () => {
    env = await TestEnvironment.start({ feeds: [TicketsFeed] });
    ids = env.collection.fill(3, env.prefix) as typeof ids;
  });
  afterEach(() => env.stop());

  const ticket = (id: string): WorkflowHandle => env.client.workflow.getHandle(`Ticket-${id}`);
  const childrenOf = (desk: WorkflowHandle): Promise<ChildInfo[]> => desk.query<ChildInfo[]>('children');

  async function startDesk(): Promise<WorkflowHandle> {
    const desk = await env.client.workflow.start('DeskWorkflow', {
      taskQueue: env.taskQueue,
      workflowId: `Desk-${env.prefix}`,
      args: [{ id: env.prefix, entityName: 'Desk' }],
    });
    await eventually(async () =>
      expect((await childrenOf(desk)).map(({ id, status }) => [id, status]).sort()).toEqual(
        ids.map((id) => [id, 'running']),
      ),
    );
    return desk;
  }

  /** Waits until a ticket and its desk hold a row. */
  async function untilBothHold(desk: WorkflowHandle, row: Row): Promise<void> {
    await eventually(async () => expect(await ticket(row.id).query('data')).toEqual(row));
    await eventually(async () => {
      const { tickets } = await desk.query<DeskData>('data');
      expect(tickets.find(({ id }) => id === row.id)).toEqual(row);
    });
  }

  it('delivers to the workflow of the child, and the parent hears of it as of any change of its child', async () => {
    const desk = await startDesk();
    const feed = await env.feed(TicketsFeed);
    await feed.untilRead();
    const row = { id: ids[1], name: 'of the feed', visits: 1 };
    env.collection.set(row);
    await untilBothHold(desk, row);
    await eventually(async () => expect(await desk.query<string[]>('triggers')).toContain('child'));
    expect(await feed.data()).toMatchObject({ refused: 0, absent: 0 });
  });

  it('has children that it started itself taken in by the parent that comes after it', async () => {
    const feed = await env.feed(TicketsFeed);
    for (const id of ids)
      await eventually(async () => expect((await ticket(id).describe()).status.name).toBe('RUNNING'));
    const runs = await Promise.all(ids.map(async (id) => (await ticket(id).describe()).runId));
    const desk = await startDesk();
    const row = { id: ids[2], name: 'of the feed', visits: 1 };
    env.collection.set(row);
    await untilBothHold(desk, row);
    expect(await Promise.all(ids.map(async (id) => (await ticket(id).describe()).runId))).toEqual(runs);
    expect(await feed.data()).toMatchObject({ refused: 0 });
  });

  it('completes the child of what is gone: the parent hears of that end, and asks its own source', async () => {
    const desk = await startDesk();
    const feed = await env.feed(TicketsFeed);
    await feed.untilRead();
    env.collection.remove(ids[0]);
    await eventually(async () => expect((await ticket(ids[0]).describe()).status.name).toBe('COMPLETED'));
    await eventually(async () => expect(await desk.query<string[]>('triggers')).toContain('childEnded'));
    await eventually(async () =>
      expect((await desk.query<DeskData>('data')).tickets.map(({ id }) => id)).toEqual(ids.slice(1)),
    );
  });
});
