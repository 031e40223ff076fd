import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REQUEST_CANCEL } from '../../src/hierarchy/activities';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';
import { eventsOf } from '../support/history';
import { TestOffice } from '../support/office';

describe('what ends as cancelled closes as cancelled', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  /** A ticket with a comment that has a workflow too, and one without. */
  const begun = async (): Promise<TestDesk> => {
    const desk = new TestDesk(env);
    desk.source.records = [
      desk.record('a', { comments: [{ id: desk.idOf('k'), text: 'x' }] }),
      desk.record('b'),
    ];
    await desk.start('MortalDeskWorkflow');
    await desk.settled('a', 'b');
    await eventually(async () =>
      expect(await desk.ticket('a').children()).toMatchObject([{ status: 'running' }]),
    );
    return desk;
  };

  const closed = (workflowId: string, status: string): Promise<void> =>
    eventually(async () => {
      const handle = env.client.workflow.getHandle(workflowId);
      expect((await handle.describe()).status.name).toBe(status);
      expect(await handle.query('status')).toBe(status.toLowerCase());
      await env.expectNeverWedged(workflowId);
    });

  /** How often a workflow's worker requested its cancellation. */
  const requests = async (workflowId: string): Promise<number> =>
    (await eventsOf(env.client, workflowId)).filter(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === REQUEST_CANCEL,
    ).length;

  const ENDS: Readonly<Record<string, (desk: TestDesk) => Promise<unknown>>> = {
    'is cancelled': ({ handle }) => handle.cancel(),
    'is sent cancel': ({ handle }) => handle.temporal.signal('cancel'),
    fails: ({ handle, id }) =>
      handle.temporal.signal('update', { entityName: 'Desk', data: { id, name: 'bad' } }),
    'is terminated': ({ handle }) => handle.temporal.terminate('by a test'),
    'has no items any more': async (desk) => {
      desk.source.records = [];
      await desk.handle.refresh();
    },
  };

  it.each(Object.keys(ENDS))('below a workflow that %s', async (how) => {
    const desk = await begun();
    await ENDS[how]?.(desk);
    for (const workflowId of [
      desk.ticket('a').workflowId,
      desk.ticket('b').workflowId,
      `Comment-${desk.idOf('k')}`,
    ])
      await closed(workflowId, 'CANCELLED');
    if (how.includes('cancel')) await closed(desk.handle.workflowId, 'CANCELLED');
  });

  it('with the last of several parents, and not before', async () => {
    const office = new TestOffice(env);
    const ticket = { id: office.id('t'), title: 'shared' };
    for (const name of ['d1', 'd2']) {
      await office.start('TeamDeskWorkflow', 'Desk', name, { data: { tickets: [ticket] } });
      await office.parents('Desk', name, office.of('Ticket', 't').workflowId);
    }
    await office.of('Desk', 'd1').cancel();
    await closed(office.of('Desk', 'd1').workflowId, 'CANCELLED');
    await office.of('Ticket', 't').update({ entityName: 'Ticket', data: { note: 'goes on' } });
    await office.of('Desk', 'd2').cancel();
    await closed(office.of('Ticket', 't').workflowId, 'CANCELLED');
    // The last one had it requested: no worker had to.
    expect(await requests(office.of('Ticket', 't').workflowId)).toBe(0);
  });

  it('with none of its parents, where a client started it', async () => {
    const office = new TestOffice(env);
    const ticket = { id: office.id('t'), title: 'adopted' };
    await office.start('LinkedTicketWorkflow', 'Ticket', 't', { data: { title: 'mine' } });
    await office.start('TeamDeskWorkflow', 'Desk', 'd', { data: { tickets: [ticket] } });
    await office.parents('Desk', 'd', office.of('Ticket', 't').workflowId);
    await office.of('Desk', 'd').cancel();
    await closed(office.of('Desk', 'd').workflowId, 'CANCELLED');
    await office.of('Ticket', 't').update({ entityName: 'Ticket', data: { note: 'goes on' } });
    await office.of('Ticket', 't').temporal.signal('cancel');
    await closed(office.of('Ticket', 't').workflowId, 'CANCELLED');
    expect(await requests(office.of('Ticket', 't').workflowId)).toBe(1);
  });

  it('and is started again when its item is there', async () => {
    const desk = await begun();
    const run = await desk.runOf('b');
    await desk.ticket('b').temporal.signal('cancel');
    await eventually(async () => expect(await desk.runOf('b')).not.toBe(run));
    const { status } = await env.client.workflow.getHandle(desk.ticket('b').workflowId, run).describe();
    expect(status.name).toBe('CANCELLED');
    await desk.settled('a', 'b');
  });

  it('answers a parent that comes while it closes', async () => {
    const desk = await begun();
    const run = await desk.runOf('b');
    for (const status of ['', 'on'])
      for (const records of [[desk.record('a')], [desk.record('a'), desk.record('b', { status })]]) {
        desk.source.records = records;
        await desk.handle.refresh();
      }
    await desk.settled('a', 'b');
    await desk.holds('b', { status: 'on' });
    expect(await desk.runOf('b')).not.toBe(run);
    await env.expectNeverWedged(desk.ticket('b').workflowId);
  });

  it('also where its workers have no activities, if a parent lets it go; by itself it closes as completed', async () => {
    const bare = await TestEnvironment.start({ started: false });
    await bare.startWorker('workflows', { activities: { unrelated: async () => {} } });
    const desk = new TestDesk(bare);
    await desk.start('PlainDeskWorkflow', { data: { tickets: [desk.record('a')] }, status: 'paused' });
    await desk.settled('a');
    await desk.handle.temporal.signal('cancel');
    expect(await desk.handle.result()).toMatchObject({ tickets: [{ title: 'a' }] });
    expect(await desk.closed('a')).toBe('CANCELLED');
    expect(await desk.handle.temporal.query('status')).toBe('cancelled');
    await bare.stop();
  });

  it('is left to a worker by an orphan alone, and by nobody where the workflow completes', async () => {
    const [desk, other] = [await begun(), await begun()];
    desk.source.records = [desk.record('a')];
    await desk.handle.refresh();
    expect(await desk.closed('b')).toBe('CANCELLED');
    await desk.handle.complete();
    expect(await desk.closed('a')).toBe('COMPLETED');
    await other.handle.temporal.terminate('by a test');
    expect(await other.closed('b')).toBe('CANCELLED');
    const counts = [desk.ticket('a'), desk.ticket('b'), other.ticket('b')].map(({ workflowId }) =>
      requests(workflowId),
    );
    expect(await Promise.all(counts)).toEqual([0, 0, 1]);
  });
});
