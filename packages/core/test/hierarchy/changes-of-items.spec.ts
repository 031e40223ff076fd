import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';
import { TestOffice } from '../support/office';

describe('items that go, end, come back and move', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  it("the parent's removal of an item cancels its child, and the child's whole subtree", async () => {
    const office = new TestOffice(env);
    const ticket = (name: string, ...related: unknown[]) => ({ id: office.id(name), related });
    await office.start('HeadOfficeWorkflow', 'Office', 'o', {
      data: {
        desks: [
          { id: office.id('d1'), tickets: [ticket('t1', ticket('t2', ticket('t3'))), ticket('t4')] },
          { id: office.id('d2'), tickets: [ticket('t5')] },
        ],
      },
    });
    await office.parents('Ticket', 't2', office.of('Ticket', 't3').workflowId);
    await office.parents('Desk', 'd2', office.of('Ticket', 't5').workflowId);
    await office.of('Office', 'o').delete({ entityName: 'Desk', deletions: { Desk: [office.id('d1')] } });
    for (const name of ['t1', 't2', 't3', 't4']) {
      await office.closed('Ticket', name);
      expect(await office.of('Ticket', name).status()).toMatchObject({ status: 'cancelled' });
    }
    await office.closed('Desk', 'd1');
    expect(await office.statusOf('Desk', 'd2')).toBe('RUNNING');
    expect(await office.statusOf('Ticket', 't5')).toBe('RUNNING');
    await office.parents('Office', 'o', office.of('Desk', 'd2').workflowId);
    await env.expectNeverWedged(office.of('Office', 'o').workflowId);
    await env.expectNeverWedged(office.of('Ticket', 't2').workflowId);
  });

  it('an item that an update leaves out of the list goes, as it does with the list of a source', async () => {
    const desk = new TestDesk(env);
    desk.source.pages = () => [{ records: [], complete: false }];
    const [a, b] = [desk.record('a', { comments: [{ id: desk.idOf('k'), text: 'x' }] }), desk.record('b')];
    await desk.start('DeskWorkflow', { data: { tickets: [a, b] } });
    await desk.settled('a', 'b');
    await desk.handle.update({
      entityName: 'Desk',
      data: { id: desk.id, tickets: [b] },
      strategy: '$set',
    });
    await desk.settled('b');
    expect(await desk.closed('a')).toBe('CANCELLED');
    const { Ticket = {}, Comment = {} } = await desk.handle.state();
    expect(Object.keys(Ticket)).toEqual([b.id]);
    expect(Comment).toEqual({});
  });

  it('a child that completes leaves its last data in the parent, and is not started again', async () => {
    const desk = new TestDesk(env);
    const { source } = desk;
    source.records = [desk.record('a', { status: 'new' })];
    await desk.start();
    await desk.settled('a');
    const run = await desk.runOf('a');
    await env.stopWorkers();
    // Told and ended in one moment: what it was told last is the last data.
    await desk.ticket('a').temporal.signal('update', { entityName: 'Ticket', data: { note: 'last' } });
    await desk.ticket('a').complete();
    await env.startWorker();
    expect(await desk.closed('a')).toBe('COMPLETED');
    await desk.eventually((children) => expect(children).toMatchObject([{ status: 'completed' }]));
    expect((await desk.handle.data())?.tickets).toMatchObject([{ status: 'new', note: 'last' }]);
    source.records = [desk.record('a', { status: 'changed later' })];
    await desk.handle.refresh();
    await desk.handle.update({ entityName: 'Ticket', data: { id: desk.idOf('a'), title: 'A' } });
    expect((await desk.handle.data())?.tickets).toMatchObject([
      { status: 'changed later', note: 'last', title: 'A' },
    ]);
    expect(await desk.handle.children()).toMatchObject([{ status: 'completed' }]);
    expect(await desk.runOf('a')).toBe(run);
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  it('an item that is removed and added again has a new child, also where the first one had completed', async () => {
    const desk = new TestDesk(env);
    const { source } = desk;
    source.records = [desk.record('a'), desk.record('b')];
    await desk.start();
    await desk.settled('a', 'b');
    const runs = [await desk.runOf('a'), await desk.runOf('b')];
    await desk.ticket('a').complete();
    await desk.eventually((children) =>
      expect(children.map(({ status }) => status).toSorted()).toEqual(['completed', 'running']),
    );
    source.records = [];
    await desk.handle.refresh();
    await desk.settled();
    source.records = [desk.record('a', { title: 'new a' }), desk.record('b', { title: 'new b' })];
    await desk.handle.refresh();
    await desk.settled('a', 'b');
    await desk.holds('a', { title: 'new a' });
    await desk.holds('b', { title: 'new b' });
    expect(await desk.runOf('a')).not.toBe(runs[0]);
    expect(await desk.runOf('b')).not.toBe(runs[1]);
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  it('an item that is removed and added again in one moment has one child, with the new data', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a', { note: 'old' })];
    await desk.start();
    await desk.settled('a');
    const { temporal } = desk.handle;
    const id = desk.idOf('a');
    await env.stopWorkers();
    await temporal.signal('update', { entityName: 'Desk', data: { tickets: [] }, strategy: '$set' });
    await temporal.signal('delete', { entityName: 'Ticket', deletions: { Ticket: [id] } });
    await temporal.signal('update', { entityName: 'Desk', data: { tickets: [{ id, title: 'again' }] } });
    await env.startWorker();
    await desk.settled('a');
    await eventually(async () => expect(await desk.ticket('a').data()).toEqual({ id, title: 'again' }));
    expect((await desk.handle.data())?.tickets).toEqual([{ id, title: 'again' }]);
    await env.expectNeverWedged(desk.handle.workflowId);
    await env.expectNeverWedged(desk.ticket('a').workflowId);
  });

  describe('an item that moves from one desk to another', () => {
    /** Two desks; the first one has the ticket, and the source gives it to the second from now on. */
    const moving = async () => {
      const [one, other] = [new TestDesk(env), new TestDesk(env)];
      const record = { ...one.record('a'), note: 'n' };
      one.source.records = [record];
      await one.start();
      await other.start();
      await one.settled('a');
      one.source.records = [];
      other.source.records = [record];
      return { one, other };
    };
    /** Waits until the ticket is where it should be, with its data, and follows its new desk. */
    const settled = async (one: TestDesk, other: TestDesk): Promise<void> => {
      const id = one.idOf('a');
      await eventually(async () => {
        expect(await one.handle.children()).toEqual([]);
        expect(await other.handle.children()).toMatchObject([{ id, status: 'running' }]);
        const { status } = await one.ticket('a').temporal.describe();
        expect(status.name).toBe('RUNNING');
      });
      await one.holds('a', { id, note: 'n' });
      other.source.records = [{ ...one.record('a'), note: 'moved' }];
      await other.handle.refresh();
      await one.holds('a', { note: 'moved' });
      await one.ticket('a').update({ entityName: 'Ticket', data: { status: 'open' } });
      await eventually(async () =>
        expect((await other.handle.data())?.tickets).toMatchObject([{ status: 'open' }]),
      );
      expect((await one.handle.state())['Ticket'] ?? {}).toEqual({});
      for (const id of [one.handle.workflowId, other.handle.workflowId, one.ticket('a').workflowId])
        await env.expectNeverWedged(id);
    };

    it('runs under the new one, when the old one loads first', async () => {
      const { one, other } = await moving();
      await one.handle.refresh();
      await other.handle.refresh();
      await settled(one, other);
    });

    it('runs under the new one, when that loads first, and is not interrupted', async () => {
      const { one, other } = await moving();
      const run = await one.runOf('a');
      await other.handle.refresh();
      await eventually(async () =>
        expect(await other.handle.children()).toMatchObject([{ status: 'running' }]),
      );
      await one.handle.refresh();
      await settled(one, other);
      expect(await one.runOf('a')).toBe(run);
    });

    it('runs under the new one, when both load at once', async () => {
      const { one, other } = await moving();
      await Promise.all([one.handle.refresh(), other.handle.refresh()]);
      await settled(one, other);
    });
  });
});
