import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';
import { eventsOf } from '../support/history';

describe('the options of a managed path: when a child starts and stops', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  describe('autoStart: false', () => {
    it('leaves it to startChild to start a child', async () => {
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a'), desk.record('b')];
      await desk.start('ManualDeskWorkflow');
      await desk.handle.refresh();
      expect(await desk.handle.children()).toEqual([]);
      expect(await desk.handle.managedPaths()).toMatchObject({
        tickets: { autoStart: false, items: 2, children: 0 },
      });
      await desk.handle.temporal.signal('take', 'tickets', desk.idOf('b'));
      await desk.settled('b');
      await desk.holds('b', { title: 'b' });
      // It is a child like any other from then on.
      desk.source.records = [desk.record('a'), desk.record('b', { title: 'B' })];
      await desk.handle.refresh();
      await desk.holds('b', { title: 'B' });
      desk.source.records = [desk.record('a')];
      await desk.handle.refresh();
      expect(await desk.closed('b')).toBe('CANCELLED');
      await desk.settled();
    });

    it('startChild says what it cannot start', async () => {
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a')];
      await desk.start('ManualDeskWorkflow');
      await desk.handle.refresh();
      const refused = async (path: string, id: string, message: RegExp): Promise<void> => {
        await desk.handle.temporal.signal('take', path, id);
        await eventually(async () =>
          expect(await desk.handle.data()).toMatchObject({
            refused: expect.stringMatching(message) as unknown,
          }),
        );
      };
      await refused('ticket', desk.idOf('a'), /^path: "ticket" is not a managed path. Use one of tickets/);
      await refused('tickets', 'nobody', /^id: "nobody" is not an item of tickets. Add the item first/);
      expect(await desk.handle.children()).toEqual([]);
    });
  });

  describe('condition', () => {
    it('is asked again when the item changes: the child stops, and starts again', async () => {
      const desk = new TestDesk(env);
      const item = (status: string) => desk.record('a', { status });
      desk.source.records = [item('new'), desk.record('b', { status: 'open' })];
      await desk.start('PickyDeskWorkflow');
      await desk.settled('b');
      desk.source.records = [item('open'), desk.record('b', { status: 'open' })];
      await desk.handle.refresh();
      await desk.settled('a', 'b');
      await desk.holds('a', { status: 'open' });
      const run = await desk.runOf('a');
      desk.source.records = [item('closed'), desk.record('b', { status: 'open' })];
      await desk.handle.refresh();
      await desk.settled('b');
      expect(await desk.closed('a')).toBe('CANCELLED');
      // The item itself is still there.
      expect((await desk.handle.data())?.tickets).toMatchObject([{ status: 'closed' }, { status: 'open' }]);
      desk.source.records = [item('open'), desk.record('b', { status: 'open' })];
      await desk.handle.refresh();
      await desk.settled('a', 'b');
      expect(await desk.runOf('a')).not.toBe(run);
      await desk.holds('a', { status: 'open' });
    });

    it('is asked again when the child changes its item: it ends itself so', async () => {
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a', { status: 'open' })];
      await desk.start('PickyDeskWorkflow');
      await desk.settled('a');
      await desk.ticket('a').update({ entityName: 'Ticket', data: { status: 'closed' } });
      expect(await desk.closed('a')).toBe('CANCELLED');
      await desk.settled();
    });

    it('is asked again when something that the item holds changes', async () => {
      const desk = new TestDesk(env);
      const item = (text: string) => desk.record('a', { comments: [{ id: desk.idOf('k'), text }] });
      desk.source.records = [item('wait')];
      await desk.start('TalkativeDeskWorkflow');
      await desk.handle.refresh();
      expect(await desk.handle.children()).toEqual([]);
      desk.source.records = [item('go')];
      await desk.handle.refresh();
      await desk.settled('a');
      desk.source.records = [item('stop')];
      await desk.handle.refresh();
      expect(await desk.closed('a')).toBe('CANCELLED');
      await desk.settled();
    });

    it('is asked again when a field of the root entity changes', async () => {
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a'), desk.record('b')];
      await desk.start('OpeningDeskWorkflow');
      await desk.handle.refresh();
      expect(await desk.handle.children()).toEqual([]);
      await desk.handle.update({ entityName: 'Desk', data: { name: 'open' } });
      await desk.settled('a', 'b');
      await desk.handle.update({ entityName: 'Desk', data: { name: 'closed' } });
      await desk.settled();
      expect(await desk.closed('a')).toBe('CANCELLED');
      expect(await desk.closed('b')).toBe('CANCELLED');
    });

    it('may change its mind again at once: no child is lost', async () => {
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a')];
      await desk.start('OpeningDeskWorkflow', { data: { name: 'open' } });
      await desk.settled('a');
      for (const name of ['closed', 'open', 'closed', 'open'])
        await desk.handle.temporal.signal('update', { entityName: 'Desk', data: { name } });
      await desk.settled('a');
      await eventually(async () =>
        expect((await desk.ticket('a').temporal.describe()).status.name).toBe('RUNNING'),
      );
      await desk.ticket('a').update({ entityName: 'Ticket', data: { note: 'still here' } });
      await eventually(async () =>
        expect((await desk.handle.data())?.tickets).toMatchObject([{ note: 'still here' }]),
      );
    });
  });

  describe('onRemoved', () => {
    const remove = async (type: 'DeskWorkflow' | 'CompletingDeskWorkflow' | 'KeepingDeskWorkflow') => {
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a')];
      await desk.start(type);
      await desk.settled('a');
      desk.source.records = [];
      await desk.handle.refresh();
      await desk.settled();
      return desk;
    };

    it("is 'cancel' by default: the child ends as cancelled", async () => {
      const desk = await remove('DeskWorkflow');
      expect(await desk.closed('a')).toBe('CANCELLED');
      expect(await desk.ticket('a').temporal.query('status')).toBe('cancelled');
    });

    it("'complete' lets the child end in good order, with its data as the result", async () => {
      const desk = await remove('CompletingDeskWorkflow');
      expect(await desk.ticket('a').result()).toMatchObject({ title: 'a' });
      expect(await desk.ticket('a').temporal.query('status')).toBe('completed');
    });

    it("'keep' lets it live on by itself, and takes it on again when the item returns", async () => {
      const desk = await remove('KeepingDeskWorkflow');
      await desk.ticket('a').update({ entityName: 'Ticket', data: { note: 'alone' } });
      const run = await desk.runOf('a');
      desk.source.records = [desk.record('a', { title: 'A' })];
      await desk.handle.refresh();
      await desk.settled('a');
      expect(await desk.runOf('a')).toBe(run);
      await desk.holds('a', { title: 'A', note: 'alone' });
      await eventually(async () =>
        expect((await desk.handle.data())?.tickets).toMatchObject([{ title: 'A', note: 'alone' }]),
      );
    });
  });

  it('restart: false leaves a child alone that somebody else ended', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a'), desk.record('b')];
    await desk.start('ForgivingDeskWorkflow');
    await desk.settled('a', 'b');
    const run = await desk.runOf('a');
    await desk.ticket('a').temporal.terminate();
    await desk.eventually((children) =>
      expect(children.find(({ id }) => id === desk.idOf('a'))).toMatchObject({ status: 'cancelled' }),
    );
    desk.source.records = [desk.record('a', { title: 'A' }), desk.record('b', { title: 'B' })];
    await desk.handle.refresh();
    await desk.holds('b', { title: 'B' });
    expect(await desk.runOf('a')).toBe(run);
    // An item that goes and returns gets a new one.
    desk.source.records = [desk.record('b', { title: 'B' })];
    await desk.handle.refresh();
    await desk.settled('b');
    desk.source.records = [desk.record('a'), desk.record('b', { title: 'B' })];
    await desk.handle.refresh();
    await desk.settled('a', 'b');
    expect(await desk.runOf('a')).not.toBe(run);
  });

  it('maxConcurrentStarts bounds how many are starting at a time', async () => {
    const desk = new TestDesk(env);
    const names = Array.from({ length: 15 }, (_, i) => `n${i}`);
    desk.source.records = names.map((name) => desk.record(name));
    await desk.start('LimitedDeskWorkflow');
    await desk.settled(...names);
    let starting = 0;
    let most = 0;
    for (const event of await eventsOf(env.client, desk.handle.workflowId)) {
      if (event.startChildWorkflowExecutionInitiatedEventAttributes != null) starting++;
      if (event.childWorkflowExecutionStartedEventAttributes != null) starting--;
      most = Math.max(most, starting);
    }
    expect(most).toBe(2);
  });

  it('ids that are listed without entities get children too, which load their own data', async () => {
    const desk = new TestDesk(env);
    const id = desk.idOf('a');
    // The desk's own source leaves the list alone.
    desk.source.pages = () => [{ records: [], complete: false }];
    env.sources.of(id, 'ticket').records = [{ id, title: 'found by the child' }];
    await desk.start('LoadingDeskWorkflow', { data: { tickets: [id] } });
    await desk.settled('a');
    await desk.holds('a', { title: 'found by the child' });
    await eventually(async () =>
      expect((await desk.handle.data())?.tickets).toMatchObject([{ id, title: 'found by the child' }]),
    );
  });
});
