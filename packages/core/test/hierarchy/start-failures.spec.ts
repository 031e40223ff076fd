import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDesk } from '../support/desk';
import { TestEnvironment, type WorkflowName } from '../support/environment';
import { eventually } from '../support/eventually';

describe('a child that cannot be started', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  /** Takes the workflow id of the ticket `a`. */
  const takeId = (desk: TestDesk, workflow: WorkflowName, argument?: unknown) =>
    env.startRaw(argument, workflow, desk.ticket('a').workflowId);
  const child = async (desk: TestDesk, name: string) =>
    (await desk.handle.children()).find(({ workflowId }) => workflowId.endsWith(desk.idOf(name)));

  it('because a foreign workflow has its id is reported; the others run', { timeout: 90_000 }, async () => {
    const desk = new TestDesk(env);
    const foreign = await takeId(desk, 'DeafWorkflow');
    desk.source.records = [desk.record('a'), desk.record('b')];
    await desk.start();
    await desk.holds('b', { title: 'b' });
    await eventually(async () => expect(await child(desk, 'a')).toMatchObject({ status: 'attaching' }));
    // It is given 30 seconds to answer.
    await eventually(
      async () =>
        expect(await child(desk, 'a')).toMatchObject({
          status: 'failed',
          error: expect.stringMatching(/id Ticket-.* is taken.*(End|includeParentId)/) as unknown,
        }),
      60_000,
    );
    expect(await child(desk, 'b')).toMatchObject({ status: 'running' });
    expect((await foreign.describe()).status.name).toBe('RUNNING');
    // Once it is out of the way, the next change of the item starts the child.
    await foreign.terminate();
    desk.source.records = [desk.record('a', { title: 'A' }), desk.record('b')];
    await desk.handle.refresh();
    await desk.settled('a', 'b');
    await desk.holds('a', { title: 'A' });
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  it('because a workflow of ours with another entity has its id is reported; that one is left alone', async () => {
    const desk = new TestDesk(env);
    await takeId(desk, 'TicketWorkflow', { id: 'other', entityName: 'Agent', data: { name: 'Ada' } });
    desk.source.records = [desk.record('a'), desk.record('b')];
    await desk.start();
    await eventually(async () =>
      expect(await child(desk, 'a')).toMatchObject({
        status: 'failed',
        error: expect.stringContaining(
          `is the home of Agent other, not of Ticket ${desk.idOf('a')}`,
        ) as unknown,
      }),
    );
    expect(await child(desk, 'b')).toMatchObject({ status: 'running' });
    desk.source.records = [desk.record('b')];
    await desk.handle.refresh();
    await desk.settled('b');
    await desk.handle.complete();
    await desk.handle.result();
    expect(await desk.ticket('a').data()).toEqual({ name: 'Ada' });
    expect((await desk.ticket('a').temporal.describe()).status.name).toBe('RUNNING');
  });

  it('and whose item goes before it answered leaves the workflow alone that has its id', async () => {
    const stop = await TestEnvironment.start({ started: false });
    try {
      const desk = new TestDesk(env);
      // Nobody runs it for now, so it cannot answer.
      const workflowId = desk.ticket('a').workflowId;
      await stop.startRaw({ id: 'other', entityName: 'Agent' }, 'TicketWorkflow', workflowId);
      desk.source.records = [desk.record('a')];
      await desk.start();
      await eventually(async () => expect(await child(desk, 'a')).toMatchObject({ status: 'attaching' }));
      desk.source.records = [];
      await desk.handle.refresh();
      await desk.settled();
      await stop.startWorker();
      await eventually(async () => expect(await desk.ticket('a').temporal.query('status')).toBe('running'));
      expect((await desk.ticket('a').temporal.describe()).status.name).toBe('RUNNING');
    } finally {
      await stop.stop();
    }
  });

  it('because no worker knows its type is reported within checkEvery; the others run', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a')];
    await desk.start('UnknownDeskWorkflow', { data: { lead: { id: desk.idOf('g') } } });
    await eventually(async () =>
      expect(await child(desk, 'a')).toMatchObject({
        workflowType: 'NobodysWorkflow',
        error: expect.stringMatching(/NobodysWorkflow.*task queue/) as unknown,
      }),
    );
    expect(await child(desk, 'g')).toMatchObject({ status: 'running' });
    expect((await child(desk, 'g'))?.error).toBeUndefined();
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  it('because no worker polls its task queue is reported within checkEvery, until one does', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a')];
    await desk.start('MisroutedDeskWorkflow');
    await eventually(async () =>
      expect(await child(desk, 'a')).toMatchObject({
        error: expect.stringMatching(/task queue "test-nobody"/) as unknown,
      }),
    );
    const late = await TestEnvironment.start({ worker: { taskQueue: 'test-nobody' } });
    try {
      await desk.holds('a', { title: 'a' });
      await eventually(async () => expect((await child(desk, 'a'))?.error).toBeUndefined());
    } finally {
      await late.stop();
    }
  });
});
