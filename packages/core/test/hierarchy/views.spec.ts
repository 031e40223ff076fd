import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;

describe('what a hierarchy says of itself', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  it('a workflow without a hierarchy has nothing to say', async () => {
    const { handle } = await env.loaded();
    expect(await handle.children()).toEqual([]);
    expect(await handle.managedPaths()).toEqual({});
    expect(await handle.subscriptions()).toEqual([]);
  });

  it('children: what each is, how it is and when it was last in step', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a')];
    await desk.start();
    await desk.settled('a');
    const [started, ...others] = await desk.handle.children();
    expect(others).toEqual([]);
    expect(started).toEqual({
      workflowId: `Ticket-${desk.idOf('a')}`,
      workflowType: 'TicketWorkflow',
      entityName: 'Ticket',
      id: desk.idOf('a'),
      path: 'tickets',
      status: 'running',
      lastSyncedAt: TIME,
    });
    // What goes to it counts, and what comes from it.
    const syncedAfter = async (before: string | undefined): Promise<string | undefined> =>
      eventually(async () => {
        const [child] = await desk.handle.children();
        expect(Date.parse(child?.lastSyncedAt ?? '')).toBeGreaterThan(Date.parse(before ?? ''));
        return child?.lastSyncedAt;
      });
    desk.source.records = [desk.record('a', { title: 'A' })];
    await desk.handle.refresh();
    const told = await syncedAfter(started?.lastSyncedAt);
    await desk.ticket('a').update({ entityName: 'Ticket', data: { note: 'n' } });
    await syncedAfter(told);
  });

  it('children: one that completed stays, and its last data with it', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a')];
    await desk.start();
    await desk.settled('a');
    await desk.ticket('a').update({ entityName: 'Ticket', data: { note: 'last words' } });
    await desk.ticket('a').complete();
    await desk.eventually((children) => expect(children).toMatchObject([{ status: 'completed' }]));
    expect((await desk.handle.data())?.tickets).toMatchObject([{ note: 'last words' }]);
    expect(await desk.handle.managedPaths()).toMatchObject({ tickets: { items: 1, children: 1 } });
    const run = await desk.runOf('a');
    desk.source.records = [desk.record('a', { title: 'A' }), desk.record('b')];
    await desk.handle.refresh();
    await desk.holds('b', { title: 'b' });
    expect(await desk.runOf('a')).toBe(run);
  });

  it('managedPaths: every option that matters to a person, and how many of what', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a', { status: 'open' }), desk.record('b')];
    await desk.start('PickyDeskWorkflow');
    await desk.settled('a');
    expect(await desk.handle.managedPaths()).toEqual({
      tickets: {
        workflowType: 'TicketWorkflow',
        entityName: 'Ticket',
        autoStart: true,
        credentials: 'inherit',
        apiUrl: 'own',
        loads: 'own',
        items: 2,
        children: 1,
      },
    });
  });

  it('subscriptions: who hears of what, by the handle as by the start argument', async () => {
    const desk = new TestDesk(env);
    const listener = await env.loaded();
    const { workflowId } = listener.handle;
    const first = {
      workflowId,
      subscriptionId: 's_1',
      signalName: 'update',
      selector: 'Desk.*.name',
    } as const;
    const second = {
      workflowId,
      subscriptionId: 's_2',
      signalName: 'delete',
      selector: 'Ticket',
      strategy: '$set',
    } as const;
    await desk.start('DeskWorkflow', { subscriptions: [first] });
    await desk.handle.subscribe(second);
    await eventually(async () =>
      expect(await desk.handle.subscriptions()).toEqual([
        { ...first, status: 'active' },
        { ...second, status: 'active' },
      ]),
    );
    await desk.handle.update({ entityName: 'Desk', data: { name: 'Help' } });
    await eventually(async () =>
      expect(await desk.handle.subscriptions()).toMatchObject([
        { subscriptionId: 's_1', lastSentAt: TIME },
        { subscriptionId: 's_2' },
      ]),
    );
    await desk.handle.unsubscribe({ workflowId, subscriptionId: 's_1' });
    await eventually(async () =>
      expect(await desk.handle.subscriptions()).toMatchObject([{ subscriptionId: 's_2' }]),
    );
    await desk.handle.unsubscribe({ workflowId });
    await eventually(async () => expect(await desk.handle.subscriptions()).toEqual([]));
  });

  it('subscriptions: the handle refuses what no workflow could use, before it is sent', async () => {
    const desk = await new TestDesk(env).start();
    const wrong = {
      workflowId: 'x',
      subscriptionId: 's',
      signalName: 'update',
      selector: 'Ticket..x',
    } as const;
    await expect(desk.handle.subscribe(wrong)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('selector') as unknown,
    });
    await expect(desk.handle.unsubscribe({ workflowId: '' })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
    expect(await desk.handle.rejectedSignals()).toMatchObject({ count: 0 });
  });

  it('this.children: execute() sees them as the query does', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a'), desk.record('b')];
    await desk.start('CountingDeskWorkflow');
    await desk.settled('a', 'b');
    await desk.handle.refresh();
    await eventually(async () =>
      expect(await desk.handle.data()).toMatchObject({
        seen: [`Ticket-${desk.idOf('a')} running`, `Ticket-${desk.idOf('b')} running`],
      }),
    );
  });
});
