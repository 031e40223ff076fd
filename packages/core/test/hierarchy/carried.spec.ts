import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatefulHandle } from '../../src/client';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';
import { firstRunOf, toldBy } from '../support/told';

describe('what a run of a hierarchy hands to the next', () => {
  let env: TestEnvironment;
  /** Where some desks' tickets have their workers, which a test starts when it wants them. */
  let away: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
    away = await TestEnvironment.start({
      started: false,
      worker: { taskQueue: `${env.taskQueue}-tickets` },
    });
  });
  afterAll(async () => {
    await away.stop();
    await env.stop();
  });

  /** Signals until a workflow has continued as new. */
  const continued = async <Data>({ temporal }: StatefulHandle<Data>): Promise<void> => {
    const { runId } = await temporal.describe();
    await eventually(async () => {
      await Promise.all(Array.from({ length: 4 }, () => temporal.signal('nonsense')));
      expect((await temporal.describe()).runId).not.toBe(runId);
    });
  };

  it('reaches children whose workers were away for several runs', async () => {
    const desk = new TestDesk(env);
    const names = ['a', 'b', 'c'];
    desk.source.records = names.map((name) => desk.record(name));
    await desk.start('AwayDeskWorkflow');
    await desk.settled(...names);
    for (const title of ['first', 'second', 'third']) {
      desk.source.records = names.map((name) => desk.record(name, { title }));
      await desk.handle.refresh();
      await continued(desk.handle);
    }
    const stop = await away.startWorker();
    for (const name of names) await desk.holds(name, { title: 'third' });
    await stop();
  });

  it('waits for a child that has not answered yet', async () => {
    const desk = new TestDesk(env);
    // Somebody else started it, and it has not run yet: nobody knows whether it is the one.
    await away.client.workflow.start('TicketWorkflow', {
      args: [{ id: desk.idOf('a'), entityName: 'Ticket', data: { note: 'its own' } }],
      taskQueue: `${env.taskQueue}-tickets`,
      workflowId: desk.ticket('a').workflowId,
    });
    desk.source.records = [desk.record('a')];
    await desk.start('AwayDeskWorkflow');
    await desk.eventually((children) => expect(children).toMatchObject([{ status: 'attaching' }]));
    desk.source.records = [desk.record('a', { title: 'while it waits' })];
    await desk.handle.refresh();
    await continued(desk.handle);
    expect(await desk.handle.children()).toMatchObject([{ status: 'attaching' }]);
    const stop = await away.startWorker();
    await desk.settled('a');
    await desk.holds('a', { title: 'while it waits', note: 'its own' });
    await eventually(async () =>
      expect((await desk.handle.data())?.tickets).toMatchObject([{ note: 'its own' }]),
    );
    await stop();
  });

  it('stops the children that were let go in its last moment', async () => {
    const desk = new TestDesk(env);
    const names = Array.from({ length: 12 }, (_, i) => `t${i}`);
    desk.source.records = names.map((name) => desk.record(name));
    await desk.start('LastMinuteDeskWorkflow');
    await desk.settled(...names);
    await desk.handle.update({ entityName: 'Desk', data: { id: desk.id, name: 'clear' } });
    await continued(desk.handle);
    await desk.settled();
    for (const name of names) expect(await desk.closed(name)).toBe('CANCELLED');
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  it('is who hears of its changes, and who did', async () => {
    const [desk, listener] = [new TestDesk(env), new TestDesk(env)];
    await listener.start();
    desk.source.records = [desk.record('a')];
    await desk.start('RestlessDeskWorkflow');
    await desk.settled('a');
    const subscription = { signalName: 'update', selector: 'Ticket.*.title' } as const;
    const listening = { ...subscription, workflowId: listener.handle.workflowId, subscriptionId: 's_1' };
    await desk.handle.subscribe(listening);
    await desk.handle.subscribe({ ...subscription, workflowId: 'nobody-there', subscriptionId: 's_2' });
    await desk.handle.update({
      entityName: 'Ticket',
      data: { id: desk.idOf('a'), title: 'before', note: 'n' },
    });
    await eventually(async () =>
      expect((await desk.handle.subscriptions()).map(({ status }) => status)).toEqual(['active', 'gone']),
    );
    await continued(desk.handle);
    expect(await desk.handle.subscriptions()).toMatchObject([
      { ...listening, status: 'active' },
      { workflowId: 'nobody-there', status: 'gone' },
    ]);
    await desk.handle.update({ entityName: 'Ticket', data: { id: desk.idOf('a'), title: 'after' } });
    await eventually(async () =>
      expect(await toldBy(env.client, desk.handle.workflowId, listener.handle.workflowId)).toEqual(
        ['before', 'after'].map((title) => `Ticket ${desk.idOf('a')} title "${title}"`),
      ),
    );
  });

  it('is which children failed, and why', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a', { title: 'bad' }), desk.record('b')];
    await desk.start('RestlessMortalDeskWorkflow');
    const failed = async (): Promise<void> =>
      desk.eventually((children) =>
        expect(children).toMatchObject([
          { status: 'failed', error: 'It failed: the title is bad' },
          { status: 'running' },
        ]),
      );
    await failed();
    const run = await desk.runOf('a');
    await continued(desk.handle);
    await failed();
    expect(await desk.runOf('a')).toBe(run);
    desk.source.records = [desk.record('a', { title: 'good' }), desk.record('b')];
    await desk.handle.refresh();
    await desk.settled('a', 'b');
    await desk.holds('a', { title: 'good' });
  });

  it('is which children are to start again', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a')];
    await desk.start('RestlessDeskWorkflow');
    await desk.settled('a');
    // Each time it waits twice as long.
    for (let pauses = 0; pauses < 2; pauses++) {
      const run = await desk.runOf('a');
      await desk.ticket('a').cancel();
      await eventually(async () => expect(await desk.runOf('a')).not.toBe(run));
      await desk.settled('a');
    }
    const run = await desk.runOf('a');
    await desk.ticket('a').cancel();
    await desk.eventually((children) => expect(children).toMatchObject([{ status: 'cancelled' }]));
    await continued(desk.handle);
    await eventually(async () => expect(await desk.runOf('a')).not.toBe(run));
    await desk.settled('a');
    await desk.holds('a', { title: 'a' });
  });

  it('is whose child it is', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a')];
    await desk.start('SteadyDeskWorkflow');
    await desk.settled('a');
    const first = await firstRunOf(env.client, desk.ticket('a').workflowId);
    for (let runs = 0; runs < 3; runs++) await continued(desk.ticket('a'));
    await desk.ticket('a').update({ entityName: 'Ticket', data: { note: 'still there' } });
    await eventually(async () =>
      expect((await desk.handle.data())?.tickets).toMatchObject([{ note: 'still there' }]),
    );
    expect(await firstRunOf(env.client, desk.ticket('a').workflowId)).toBe(first);
    desk.source.records = [];
    await desk.handle.refresh();
    expect(await desk.closed('a')).toBe('CANCELLED');
  });
});
