import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';
import { eventsOf } from '../support/history';
import { toldBy } from '../support/told';

describe('the options of a managed path: what a child is given, and who loads', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  /** What a ticket was told by its desk after it had started. */
  const told = async (desk: TestDesk, name: string): Promise<string[]> =>
    (await toldBy(env.client, desk.handle.workflowId, desk.ticket(name).workflowId)).map((line) =>
      line.replace(`Ticket ${desk.idOf(name)} `, ''),
    );

  describe('processData', () => {
    it('makes what a child begins with, and what it is told later; only what changed travels', async () => {
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a', { secret: 'x', note: 'n' })];
      await desk.start('ShoutingDeskWorkflow');
      await desk.settled('a');
      await eventually(async () =>
        expect(await desk.ticket('a').data()).toEqual({ id: desk.idOf('a'), title: 'A', note: 'n' }),
      );
      desk.source.records = [desk.record('a', { title: 'later', secret: 'y', note: 'n' })];
      await desk.handle.refresh();
      await desk.holds('a', { title: 'LATER', note: 'n' });
      expect(await told(desk, 'a')).toEqual(['title "LATER"']);
      // What it leaves out is no news.
      desk.source.records = [desk.record('a', { title: 'later', secret: 'z', note: 'n' })];
      await desk.handle.refresh();
      desk.source.records = [desk.record('a', { title: 'last', secret: 'z', note: 'n' })];
      await desk.handle.refresh();
      await desk.holds('a', { title: 'LAST' });
      expect(await told(desk, 'a')).toEqual(['title "LATER"', 'title "LAST"']);
      // The parent keeps the item as it is.
      expect((await desk.handle.data())?.tickets).toMatchObject([{ title: 'last', secret: 'z' }]);
    });

    it('takes away what it no longer makes', async () => {
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a', { note: 'n' })];
      await desk.start('ShoutingDeskWorkflow');
      await desk.settled('a');
      await desk.holds('a', { note: 'n' });
      desk.source.records = [desk.record('a')];
      await desk.handle.refresh();
      await eventually(async () =>
        expect(await desk.ticket('a').data()).toEqual({ id: desk.idOf('a'), title: 'A' }),
      );
    });

    it('is not made of what the child itself says: that stands, and is not said back', async () => {
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a')];
      await desk.start('ShoutingDeskWorkflow');
      await desk.settled('a');
      await desk.ticket('a').update({ entityName: 'Ticket', data: { note: 'mine' } });
      await eventually(async () =>
        expect((await desk.handle.data())?.tickets).toMatchObject([{ note: 'mine' }]),
      );
      desk.source.records = [desk.record('a', { title: 'b' })];
      await desk.handle.refresh();
      await desk.holds('a', { title: 'B', note: 'mine' });
      expect(await told(desk, 'a')).toEqual(['title "B"']);
    });

    it('what it makes is not taken for the item when a child is taken on again', async () => {
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a', { note: 'n' })];
      await desk.start('ShoutingDeskWorkflow');
      await desk.settled('a');
      await desk.handle.temporal.terminate();
      await desk.start('ShoutingDeskWorkflow');
      await desk.settled('a');
      await desk.ticket('a').update({ entityName: 'Ticket', data: { note: 'm' } });
      await eventually(async () =>
        expect((await desk.handle.data())?.tickets).toMatchObject([{ note: 'm', title: 'a' }]),
      );
    });
  });

  it('processData is asked again when a field of the parent changes, and only what it makes anew is told', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a'), desk.record('b')];
    await desk.start('SigningDeskWorkflow', { data: { name: 'Ada' } });
    await desk.settled('a', 'b');
    await desk.holds('a', { title: 'a', signed: 'Ada' });
    const looks = desk.source.looks.length;
    await desk.handle.update({ entityName: 'Desk', data: { name: 'Grace' } });
    for (const name of ['a', 'b']) await desk.holds(name, { title: name, signed: 'Grace' });
    await eventually(() => expect(desk.source.looks.length).toBe(looks + 1));
    await desk.handle.update({ entityName: 'Desk', data: { other: 'field' } });
    // By the source too, and together with the item itself.
    desk.source.records = [desk.record('a', { title: 'A' }), desk.record('b')];
    await desk.handle.refresh();
    await desk.holds('a', { title: 'A', signed: 'Grace' });
    expect(await told(desk, 'a')).toEqual(['signed "Grace"', 'title "A"']);
    expect(await told(desk, 'b')).toEqual(['signed "Grace"']);
    // What is made of an item is not the item's: the parent holds it as it was.
    expect((await desk.handle.data())?.tickets).toMatchObject([{ title: 'A' }, { title: 'b' }]);
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  describe('loads', () => {
    const looks = (desk: TestDesk, name: string): number =>
      env.sources.of(desk.idOf(name), 'ticket').looks.length;

    it("'own' has the child load its sources; what it finds reaches the parent", async () => {
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a')];
      env.sources.of(desk.idOf('a'), 'ticket').records = [{ id: desk.idOf('a'), note: 'found' }];
      await desk.start('LoadingDeskWorkflow');
      await desk.settled('a');
      await eventually(async () =>
        expect((await desk.handle.data())?.tickets).toMatchObject([{ title: 'a', note: 'found' }]),
      );
      env.sources.of(desk.idOf('a'), 'ticket').records = [{ id: desk.idOf('a'), note: 'found later' }];
      expect(await desk.ticket('a').refresh()).toMatchObject({ outcome: 'changed' });
      await eventually(async () =>
        expect((await desk.handle.data())?.tickets).toMatchObject([{ title: 'a', note: 'found later' }]),
      );
      expect(looks(desk, 'a')).toBe(2);
      // The parent's source was asked once; a child's news makes a cycle, and a cycle loads.
      expect(desk.source.looks.length).toBeGreaterThan(1);
    });

    it("'parent' has the parent load for it: a refresh of the child is one of the parent's", async () => {
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a')];
      await desk.start('ProvidingDeskWorkflow');
      await desk.settled('a');
      expect(await desk.ticket('a').sources()).toEqual({});
      desk.source.records = [desk.record('a', { title: 'A' })];
      await desk.ticket('a').temporal.signal('refresh');
      await desk.holds('a', { title: 'A' });
      desk.source.records = [desk.record('a', { title: 'B' })];
      await desk.ticket('a').refresh();
      await desk.holds('a', { title: 'B' });
      expect(looks(desk, 'a')).toBe(0);
      const events = await eventsOf(env.client, desk.ticket('a').workflowId);
      expect(events.filter((event) => event.activityTaskScheduledEventAttributes != null)).toEqual([]);
    });

    it("'parent' counts while all parents say so: one that comes to have another loads at once", async () => {
      const [desk, other] = [new TestDesk(env), new TestDesk(env)];
      desk.source.records = other.source.records = [desk.record('a')];
      env.sources.of(desk.idOf('a'), 'ticket').records = [{ id: desk.idOf('a'), note: 'own' }];
      await desk.start('ProvidingDeskWorkflow');
      await desk.settled('a');
      expect(looks(desk, 'a')).toBe(0);
      await other.start('LoadingDeskWorkflow');
      await desk.holds('a', { title: 'a', note: 'own' });
      await eventually(async () =>
        expect((await other.handle.data())?.tickets).toMatchObject([{ title: 'a', note: 'own' }]),
      );
      expect(looks(desk, 'a')).toBe(1);
    });

    it("'parent' rotates the token of such a child without a load of its own", async () => {
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a')];
      await desk.start('ProvidingDeskWorkflow');
      await desk.settled('a');
      await desk.handle.rotateToken('secret:FIRST');
      await eventually(async () =>
        expect(await desk.ticket('a').apiToken()).toEqual({ reference: 'secret:FIRST' }),
      );
      expect(looks(desk, 'a')).toBe(0);
    });
  });

  it('a child whose schema knows less than its parent takes what it knows', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a', { comments: [{ id: desk.idOf('k'), text: 'x' }] })];
    await desk.start('PlainDeskWorkflow');
    await desk.settled('a');
    await desk.holds('a', { title: 'a' });
    desk.source.records = [desk.record('a', { title: 'A', comments: [{ id: desk.idOf('l'), text: 'y' }] })];
    await desk.handle.refresh();
    await desk.holds('a', { title: 'A' });
    expect(await desk.ticket('a').rejectedSignals()).toMatchObject({ count: 0 });
  });
});
