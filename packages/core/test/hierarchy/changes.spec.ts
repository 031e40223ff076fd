import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';
import { type SeenSignal, signalsBetween } from '../support/signals';

describe('changes between parent and children', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  /** A desk whose tickets are these, all running. */
  const deskOf = async (
    tickets: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
    workflow: 'DeskWorkflow' | 'LoadingDeskWorkflow' = 'DeskWorkflow',
  ): Promise<TestDesk> => {
    const desk = new TestDesk(env);
    desk.source.records = Object.entries(tickets).map(([name, fields]) => desk.record(name, fields));
    await desk.start(workflow);
    await desk.settled(...Object.keys(tickets));
    return desk;
  };
  const down = (desk: TestDesk, name: string): Promise<SeenSignal[]> =>
    signalsBetween(env.client, desk.handle.workflowId, desk.ticket(name).workflowId);
  const up = (desk: TestDesk, name: string): Promise<SeenSignal[]> =>
    signalsBetween(env.client, desk.ticket(name).workflowId, desk.handle.workflowId);
  const neverWedged = async (desk: TestDesk, ...names: string[]): Promise<void> => {
    await env.expectNeverWedged(desk.handle.workflowId);
    for (const name of names) await env.expectNeverWedged(desk.ticket(name).workflowId);
  };
  const parentHolds = (desk: TestDesk, name: string, fields: Readonly<Record<string, unknown>>) =>
    eventually(async () =>
      expect((await desk.handle.state())['Ticket']?.[desk.idOf(name)]).toMatchObject(fields),
    );

  describe('down', () => {
    it('only the changed field travels, and only to the child that it concerns', async () => {
      const desk = await deskOf({ a: { status: 'new', note: 'n' }, b: { status: 'new' } });
      desk.source.records = [
        desk.record('a', { status: 'open', note: 'n' }),
        desk.record('b', { status: 'new' }),
      ];
      await desk.handle.refresh();
      await desk.holds('a', { status: 'open', note: 'n' });
      expect(await down(desk, 'a')).toEqual([
        {
          name: 'update',
          payload: {
            entityName: 'Ticket',
            updates: { Ticket: { [desk.idOf('a')]: { status: 'open' } } },
          },
          envelope: {
            from: desk.handle.workflowId,
            link: expect.stringMatching(/#1$/) as string,
            number: 2,
            seen: 0,
            source: 'tickets',
          },
        },
      ]);
      expect(await down(desk, 'b')).toEqual([]);
      expect(await up(desk, 'a')).toEqual([]);
      expect(await desk.ticket('b').temporal.query('triggers')).toEqual(['start']);
      await neverWedged(desk, 'a', 'b');
    });

    it('a load that finds nothing new tells nobody anything', async () => {
      const desk = await deskOf({ a: { status: 'new' } });
      await desk.handle.refresh();
      await desk.handle.refresh();
      expect(await down(desk, 'a')).toEqual([]);
    });

    it('fields that go away go away in the child', async () => {
      const desk = await deskOf({ a: { status: 'new', note: 'n' } });
      desk.source.records = [desk.record('a', { status: 'new' })];
      await desk.handle.refresh();
      await eventually(async () => expect(await desk.ticket('a').data()).not.toHaveProperty('note'));
      expect((await down(desk, 'a')).map(({ payload }) => payload)).toEqual([
        expect.objectContaining({
          updates: { Ticket: { [desk.idOf('a')]: {} } },
          unset: { Ticket: { [desk.idOf('a')]: ['note'] } },
        }),
      ]);
    });

    it('nested entities appear, change and go', async () => {
      const desk = await deskOf({ a: { comments: [] }, b: {} });
      const comment = (name: string, text: string) => ({ id: desk.idOf(name), text });
      const give = async (...comments: readonly unknown[]): Promise<void> => {
        desk.source.records = [desk.record('a', { comments }), desk.record('b')];
        await desk.handle.refresh();
        await eventually(async () => expect((await desk.ticket('a').data())?.comments).toEqual(comments));
      };
      await give(comment('k1', 'x'));
      await give(comment('k1', 'y'), comment('k2', 'z'));
      await give(comment('k2', 'z'));
      await eventually(async () =>
        expect(Object.keys((await desk.ticket('a').state())['Comment'] ?? {})).toEqual([desk.idOf('k2')]),
      );
      const signals = await down(desk, 'a');
      expect(signals.map(({ name }) => name)).toEqual(['update', 'update', 'update']);
      // The one that stays is not told of again.
      expect(JSON.stringify(signals[2]?.payload)).not.toContain('"z"');
      expect(await up(desk, 'a')).toEqual([]);
      expect(await down(desk, 'b')).toEqual([]);
      await neverWedged(desk, 'a', 'b');
    });

    it('a nested entity that moves from one ticket to another moves from one child to the other', async () => {
      const desk = new TestDesk(env);
      const comment = { id: desk.idOf('k1'), text: 'x' };
      desk.source.records = [desk.record('a', { comments: [comment] }), desk.record('b', { comments: [] })];
      await desk.start();
      await desk.settled('a', 'b');
      desk.source.records = [desk.record('a', { comments: [] }), desk.record('b', { comments: [comment] })];
      await desk.handle.refresh();
      await desk.holds('b', { comments: [comment] });
      await desk.holds('a', { comments: [] });
      await eventually(async () => expect((await desk.ticket('a').state())['Comment'] ?? {}).toEqual({}));
      expect((await desk.handle.state())['Comment']).toEqual({ [comment.id]: comment });
      expect([...(await up(desk, 'a')), ...(await up(desk, 'b'))]).toEqual([]);
      desk.source.records = [
        desk.record('a', { comments: [] }),
        desk.record('b', { comments: [{ ...comment, text: 'y' }] }),
      ];
      const before = (await down(desk, 'a')).length;
      await desk.handle.refresh();
      await desk.holds('b', { comments: [{ text: 'y' }] });
      expect(await down(desk, 'a')).toHaveLength(before);
      await neverWedged(desk, 'a', 'b');
    });
  });

  describe('up', () => {
    it("a child's update, delete and data signals reach the parent, each once", async () => {
      const desk = await deskOf({ a: {}, b: {} });
      const { temporal } = desk.ticket('a');
      const id = desk.idOf('a');
      const k1 = desk.idOf('k1');
      await temporal.signal('update', {
        entityName: 'Ticket',
        data: { id, note: 'u', comments: [{ id: k1 }] },
      });
      await parentHolds(desk, 'a', { note: 'u', comments: [k1] });
      await temporal.signal('delete', { entityName: 'Comment', deletions: { Comment: [k1] } });
      await parentHolds(desk, 'a', { comments: [] });
      await eventually(async () => expect((await desk.handle.state())['Comment'] ?? {}).toEqual({}));
      await temporal.signal('data', { status: 'd' });
      await parentHolds(desk, 'a', { status: 'd' });
      const signals = await up(desk, 'a');
      expect(signals.map(({ name }) => name)).toEqual(['update', 'update', 'update']);
      expect(signals[1]?.envelope?.deletes).toEqual([{ name: 'Comment', id: k1 }]);
      expect(signals.at(-1)?.payload).toMatchObject({ updates: { Ticket: { [id]: { status: 'd' } } } });
      expect(await down(desk, 'a'), 'echo').toEqual([]);
      expect(await down(desk, 'b'), 'not concerned').toEqual([]);
      await neverWedged(desk, 'a', 'b');
    });

    it("what a child's own source gives reaches the parent, once", async () => {
      const desk = new TestDesk(env);
      const own = env.sources.of(desk.idOf('a'), 'ticket');
      own.records = [{ id: desk.idOf('a'), note: 'own' }];
      desk.source.records = [desk.record('a')];
      await desk.start('LoadingDeskWorkflow');
      await parentHolds(desk, 'a', { title: 'a', note: 'own' });
      own.records = [{ id: desk.idOf('a'), note: 'newer' }];
      await desk.ticket('a').refresh();
      await parentHolds(desk, 'a', { note: 'newer' });
      await desk.ticket('a').refresh();
      expect(await up(desk, 'a')).toHaveLength(2);
      expect(await down(desk, 'a')).toEqual([]);
      await desk.handle.refresh();
      await parentHolds(desk, 'a', { note: 'newer' });
    });

    it('many changes in one moment travel together', async () => {
      const desk = await deskOf({ a: {} });
      await env.stopWorkers();
      const { temporal } = desk.ticket('a');
      for (let i = 0; i < 20; i++)
        await temporal.signal('update', { entityName: 'Ticket', data: { [`f${i % 4}`]: i, note: `n${i}` } });
      await env.startWorker();
      await parentHolds(desk, 'a', { note: 'n19', f0: 16, f1: 17, f2: 18, f3: 19 });
      expect((await up(desk, 'a')).length).toBeLessThan(5);
      expect(await down(desk, 'a')).toEqual([]);
    });
  });

  describe('sideways', () => {
    it('a nested entity that two tickets share has a home in each: the parent shows what was said last', async () => {
      const desk = new TestDesk(env);
      const shared = { id: desk.idOf('k1'), text: 'x' };
      desk.source.records = [
        desk.record('a', { comments: [shared] }),
        desk.record('b', { comments: [shared] }),
        desk.record('c'),
      ];
      const parentShows = (text: string): Promise<void> =>
        eventually(async () =>
          expect((await desk.handle.state())['Comment']?.[shared.id]).toMatchObject({ text }),
        );
      await desk.start();
      await desk.settled('a', 'b', 'c');
      await desk.ticket('a').update({ entityName: 'Comment', data: { id: shared.id, text: 'y' } });
      await parentShows('y');
      await desk.handle.update({ entityName: 'Comment', data: { id: shared.id, text: 'z' } });
      for (const name of ['a', 'b']) await desk.holds(name, { comments: [{ text: 'z' }] });
      expect(await up(desk, 'a')).toHaveLength(1);
      expect(await up(desk, 'b')).toEqual([]);
      expect(await down(desk, 'a')).toHaveLength(1);
      expect(await down(desk, 'b')).toHaveLength(1);
      expect(await down(desk, 'c')).toEqual([]);
      await neverWedged(desk, 'a', 'b', 'c');
    });
  });

  describe('at the same time', () => {
    /** Changes both sides while no worker runs, so that neither can have heard of the other. */
    const clash = async (
      desk: TestDesk,
      parent: Readonly<Record<string, unknown>>,
      child: Readonly<Record<string, unknown>>,
    ): Promise<void> => {
      const id = desk.idOf('a');
      await env.stopWorkers();
      await desk.handle.temporal.signal('update', { entityName: 'Ticket', data: { id, ...parent } });
      await desk.ticket('a').temporal.signal('update', { entityName: 'Ticket', data: { id, ...child } });
      await env.startWorker();
    };
    /** Waits until both hold the same, and gives it. */
    const agreed = (desk: TestDesk): Promise<Readonly<Record<string, unknown>>> =>
      eventually(async () => {
        const child = (await desk.ticket('a').state())['Ticket']?.[desk.idOf('a')];
        const parent = (await desk.handle.state())['Ticket']?.[desk.idOf('a')];
        expect(child).toEqual(parent);
        return child as Readonly<Record<string, unknown>>;
      });

    it('changes of different fields both stand, on both sides', async () => {
      const desk = await deskOf({ a: { status: 'new', note: 'n' } });
      await clash(desk, { status: randomUUID() }, { note: randomUUID() });
      await eventually(async () => {
        expect((await agreed(desk))['status']).not.toBe('new');
        expect((await agreed(desk))['note']).not.toBe('n');
      });
      await neverWedged(desk, 'a');
    });

    it('of changes of one field the one that arrives last at the home stands, on both sides', async () => {
      const desk = await deskOf({ a: { status: 'new' } });
      await clash(desk, { status: 'parent' }, { status: 'child' });
      // The child's own came before: what the parent says arrives after it.
      await eventually(async () => expect((await agreed(desk))['status']).toBe('parent'));
      const sent = [await down(desk, 'a'), await up(desk, 'a')].map(({ length }) => length);
      expect(sent).toEqual([1, 1]);
      await desk.ticket('a').update({ entityName: 'Ticket', data: { status: 'after' } });
      await parentHolds(desk, 'a', { status: 'after' });
      await neverWedged(desk, 'a');
    });

    it('an entity that one side removes and the other changes later stays, as a whole, on both sides', async () => {
      const desk = await deskOf({ a: {} });
      const k1 = desk.idOf('k1');
      const data = { id: desk.idOf('a'), comments: [{ id: k1, text: 'x', mood: 'fine' }] };
      await desk.handle.update({ entityName: 'Ticket', data });
      await desk.holds('a', { comments: [{ text: 'x' }] });
      await env.stopWorkers();
      await desk.handle.temporal.signal('delete', { entityName: 'Comment', deletions: { Comment: [k1] } });
      await desk
        .ticket('a')
        .temporal.signal('update', { entityName: 'Comment', data: { id: k1, text: 'y' } });
      await env.startWorker();
      await eventually(async () => {
        const [parent, child] = [await desk.handle.state(), await desk.ticket('a').state()];
        expect((await down(desk, 'a')).map(({ name }) => name)).toContain('delete');
        expect(parent['Comment'] ?? {}).toEqual(child['Comment'] ?? {});
        expect(parent['Ticket']?.[desk.idOf('a')]).toEqual(child['Ticket']?.[desk.idOf('a')]);
        const kept = child['Comment']?.[k1];
        if (kept !== undefined) expect(kept).toEqual({ id: k1, text: 'y', mood: 'fine' });
      });
      await neverWedged(desk, 'a');
    });
  });
});
