import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StatefulHandle } from '../../src/client';
import type { Envelope } from '../../src/contract/hierarchy';
import type { WorkflowName } from '../support/environment';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';
import { historiesOf } from '../support/history';
import { Publisher } from '../support/publisher';
import { signalsOf } from '../support/signals';

describe('one home for each entity', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  const begun = async (workflow: WorkflowName, comments: Record<string, string[]>): Promise<TestDesk> => {
    const desk = new TestDesk(env);
    const names = Object.keys(comments);
    for (const name of names) lists(desk, name, comments[name] ?? []);
    desk.source.records = names.map((name) => desk.record(name));
    await desk.start(workflow);
    await desk.settled(...names);
    for (const name of names) await shows(desk, name, comments[name] ?? []);
    return desk;
  };
  /** The source of a ticket gives these comments. */
  const lists = (desk: TestDesk, name: string, comments: readonly string[]): void => {
    const source = env.sources.of(desk.idOf(name), 'comments');
    source.records = comments.map((comment) => ({ id: desk.idOf(comment), text: comment }));
  };
  /** A ticket has these comments, in its own workflow and at the desk. */
  const shows = (desk: TestDesk, name: string, comments: readonly string[]): Promise<void> =>
    eventually(async () => {
      const expected = comments.map((comment) => ({ id: desk.idOf(comment), text: comment }));
      expect((await desk.ticket(name).data())?.comments ?? []).toEqual(expected);
      const held = (await desk.handle.data())?.tickets?.find(({ id }) => id === desk.idOf(name));
      expect(held?.comments ?? []).toEqual(expected);
    });
  const comment = (desk: TestDesk, name: string): StatefulHandle =>
    new StatefulHandle(env.client, `Comment-${desk.idOf(name)}`);

  describe('a comment that moves from one ticket to another', () => {
    it.each([
      ['a', 'b', true],
      ['a', 'b', false],
      ['b', 'a', true],
      ['b', 'a', false],
    ] as const)('when %s loads first, then %s, and it is waited: %s', async (first, second, isWaited) => {
      const desk = await begun('SortingDeskWorkflow', { a: ['s'], b: [] });
      await eventually(async () => expect(await comment(desk, 's').data()).toMatchObject({ text: 's' }));
      const { runId } = await comment(desk, 's').temporal.describe();
      lists(desk, 'a', []);
      lists(desk, 'b', ['s']);
      if (isWaited) {
        await desk.ticket(first).refresh();
        await shows(desk, first, first === 'a' ? [] : ['s']);
        // What a ticket shows says nothing of whether its comment has heard of its new parent yet.
        if (first === 'b')
          await eventually(async () =>
            expect(await desk.ticket('b').children()).toMatchObject([{ status: 'running' }]),
          );
        await desk.ticket(second).refresh();
      } else await Promise.all([first, second].map((name) => desk.ticket(name).refresh()));
      await shows(desk, 'a', []);
      await shows(desk, 'b', ['s']);
      await eventually(async () => {
        expect(await desk.ticket('a').children()).toEqual([]);
        expect(await desk.ticket('b').children()).toMatchObject([{ status: 'running' }]);
      });
      const after = await comment(desk, 's').temporal.describe();
      expect(after.status.name).toBe('RUNNING');
      // It goes on where the new one lists it before the old one lets it go.
      if (first === 'b' && isWaited) expect(after.runId).toBe(runId);
      for (const name of ['a', 'b']) await env.expectNeverWedged(desk.ticket(name).workflowId);
      await env.expectNeverWedged(desk.handle.workflowId);
    });
  });

  it('a subscriber takes what it is told in the order of arrival, and what comes twice once', async () => {
    const subscriber = await new Publisher(env).start({ data: { name: 'n' } });
    const { temporal } = subscriber.handle;
    const say = (number: number, signal: string, payload: object): Promise<void> =>
      temporal.signal(
        signal,
        { entityName: 'Ticket', ...payload },
        { from: 'Desk-x', link: 'run#1', number },
      );
    const lists = (number: number, ...comments: string[]): Promise<void> =>
      say(number, 'update', { updates: { Ticket: { t: { comments } } } });
    await lists(1, 's1');
    await say(2, 'delete', { deletions: { Comment: ['s1'] } });
    await lists(3, 's2');
    await lists(1, 's1');
    await lists(4, 's2', 's3');
    await lists(3, 's2');
    await eventually(async () => expect(await signalsOf(env.client, temporal.workflowId)).toHaveLength(6));
    await eventually(async () =>
      expect((await subscriber.handle.state())['Ticket']).toEqual({ t: { comments: ['s2', 's3'] } }),
    );
    await env.expectNeverWedged(temporal.workflowId);
  });

  it('what a source of a ticket gives stays when a parent removes the ticket and another keeps it', async () => {
    const [one, other] = [new TestDesk(env), new TestDesk(env)];
    const own = env.sources.of(one.idOf('a'), 'ticket');
    own.records = [{ id: one.idOf('a'), note: 'own' }];
    for (const desk of [one, other]) {
      desk.source.records = [{ id: one.idOf('a'), title: 'a' }];
      await desk.start('LoadingDeskWorkflow');
    }
    const ticket = one.ticket('a');
    const holds = (fields: object): Promise<void> =>
      eventually(async () => {
        expect(await ticket.data()).toMatchObject(fields);
        expect((await other.handle.state())['Ticket']?.[one.idOf('a')]).toMatchObject(fields);
      });
    await holds({ title: 'a', note: 'own' });
    await ticket.update({ entityName: 'Ticket', data: { status: 'written' } });
    await one.handle.delete({ entityName: 'Ticket', deletions: { Ticket: [one.idOf('a')] } });
    await one.settled();
    await holds({ title: 'a', note: 'own', status: 'written' });
    await other.handle.refresh();
    await ticket.refresh();
    await holds({ title: 'a', note: 'own', status: 'written' });
  });

  it.each(['the item goes', 'the parent is terminated'])(
    'what another source gives stands again when a parent leaves, as %s',
    async (how) => {
      const [one, other] = [new TestDesk(env), new TestDesk(env)];
      const id = one.idOf('a');
      const comments = [{ id: one.idOf('k'), text: 'x' }];
      one.source.records = [{ id, title: 'one', comments }];
      await one.start('MortalDeskWorkflow');
      await one.settled('a');
      other.source.records = [
        { id, title: 'other', note: 'other', comments: [{ ...comments[0], text: 'y' }] },
      ];
      await other.start('MortalDeskWorkflow');
      const shown = async (fields: object, text: string): Promise<void> => {
        await one.holds('a', { ...fields, comments: [{ text }] });
        await eventually(async () => {
          const tickets = (await one.handle.data())?.tickets;
          expect(tickets).toMatchObject([{ ...fields, comments: [{ text }] }]);
          expect(await comment(one, 'k').data()).toMatchObject({ text });
        });
      };
      await shown({ title: 'other', note: 'other' }, 'y');
      await one.ticket('a').update({ entityName: 'Ticket', data: { status: 'written' } });
      if (how === 'the item goes') {
        other.source.records = [];
        await other.handle.refresh({ acceptDeletions: true });
      } else await other.handle.temporal.terminate();
      // What no other source gives stays, and so does what was written.
      await shown({ title: 'one', note: 'other', status: 'written' }, 'x');
      await env.expectNeverWedged(one.ticket('a').workflowId);
    },
  );

  it('a change is one signal to each workflow that it concerns, and none to confirm', async () => {
    const desk = await begun('SortingDeskWorkflow', { a: ['s'], b: [] });
    const [ticket, sub] = [desk.ticket('a').workflowId, comment(desk, 's').workflowId];
    await eventually(async () => expect(await comment(desk, 's').data()).toMatchObject({ text: 's' }));
    const workflowIds = [desk.handle.workflowId, ticket, sub, desk.ticket('b').workflowId];
    const countOf = async (): Promise<number[]> => {
      const all = await Promise.all(workflowIds.map((id) => signalsOf(env.client, id)));
      return all.map((signals) => signals.filter(({ envelope }) => envelope !== undefined).length);
    };
    const before = await countOf();
    const told = async (): Promise<number[]> => (await countOf()).map((count, i) => count - (before[i] ?? 0));
    const id = desk.idOf('s');
    const isEverywhere = (text: string): Promise<void> =>
      eventually(async () => {
        expect(await comment(desk, 's').data()).toMatchObject({ text });
        for (const handle of [desk.handle, desk.ticket('a')])
          expect((await handle.state())['Comment']?.[id]).toMatchObject({ text });
      });
    // From the top down, then from the bottom up.
    for (let i = 1; i <= 5; i++) {
      await desk.handle.update({ entityName: 'Comment', data: { id, text: `down ${i}` } });
      await isEverywhere(`down ${i}`);
      expect(await told()).toEqual([i - 1, 2 * i - 1, i, 0]);
      await comment(desk, 's').update({ entityName: 'Comment', data: { id, text: `up ${i}` } });
      await isEverywhere(`up ${i}`);
      expect(await told()).toEqual([i, 2 * i, i, 0]);
    }
    // A source of the parent says something: one signal to the workflow whose item it is.
    desk.source.records = [desk.record('a', { title: 'again' }), desk.record('b')];
    await desk.handle.refresh();
    await desk.holds('a', { title: 'again' });
    expect(await told()).toEqual([5, 11, 5, 0]);
  });

  it('nothing stays of tickets that went and what hung from them', async () => {
    const many = { a: ['k1', 'k2', 'k3'], b: ['k3', 'k4'], c: ['k5'] };
    const desk = await begun('GatheringDeskWorkflow', many);
    desk.source.records = [desk.record('c')];
    await desk.handle.refresh({ acceptDeletions: true });
    await desk.settled('c');
    const { Desk, ...others } = await desk.handle.state();
    expect(Object.keys(others['Ticket'] ?? {})).toEqual([desk.idOf('c')]);
    expect(Object.keys(others['Comment'] ?? {})).toEqual([desk.idOf('k5')]);
    desk.source.records = [];
    await desk.handle.refresh({ acceptDeletions: true });
    await desk.settled();
    await eventually(async () => {
      const { Ticket = {}, Comment = {} } = await desk.handle.state();
      expect([Ticket, Comment]).toEqual([{}, {}]);
    });
    expect(Desk?.[desk.id]).toMatchObject({ tickets: [desk.idOf('c')] });
  });

  it('a pause goes with the parent that gave it, and the resume of a client ends all of them', async () => {
    const [one, other] = [new TestDesk(env), new TestDesk(env)];
    const record = one.record('a');
    for (const desk of [one, other]) {
      desk.source.records = [record];
      await desk.start();
      await desk.eventually((children) => expect(children).toMatchObject([{ status: 'running' }]));
    }
    const ticket = one.ticket('a');
    const is = (status: string): Promise<void> =>
      eventually(async () => expect(await ticket.temporal.query('status')).toBe(status));
    await one.handle.pause();
    await is('paused');
    await one.handle.update({ entityName: 'Desk', data: { tickets: [] }, strategy: '$set' });
    await is('running');
    expect(await ticket.refresh()).toMatchObject({ outcome: 'unchanged' });
    await other.handle.pause();
    await is('paused');
    await ticket.resume();
    await is('running');
    await env.expectNeverWedged(ticket.workflowId);
  });

  it('what left a ticket stays away after continue-as-new, whatever arrives late', async () => {
    const desk = new TestDesk(env);
    const given = (...comments: string[]) =>
      desk.record('a', { comments: comments.map((name) => ({ id: desk.idOf(name), text: name })) });
    desk.source.records = [given('k1', 'k2')];
    await desk.start('SteadyDeskWorkflow');
    await desk.holds('a', { comments: [{ text: 'k1' }, { text: 'k2' }] });
    await desk.settled('a');
    desk.source.records = [given('k2')];
    await desk.handle.refresh();
    await desk.holds('a', { comments: [{ text: 'k2' }] });
    const { workflowId, temporal } = desk.ticket('a');
    await eventually(async () => {
      await desk.ticket('a').update({ entityName: 'Ticket', data: { note: `${Math.random()}` } });
      expect((await historiesOf(env.client, workflowId)).length).toBeGreaterThan(1);
    });
    const [told] = (await signalsOf(env.client, workflowId)).filter(
      ({ envelope }) => envelope?.seen !== undefined,
    );
    const { link, number = 0 } = told?.envelope as Envelope;
    const late = (more: object): Promise<void> =>
      temporal.signal(
        'update',
        { entityName: 'Ticket', updates: { Comment: { [desk.idOf('k1')]: { text: 'late' } } } },
        { from: desk.handle.workflowId, link, seen: 0, ...more },
      );
    // One that came before, one that says something of what is no part, and one by a link that nobody knows.
    await late({ number });
    await late({ number: number + 1 });
    await late({ number: 7, link: 'another#1' });
    await desk.ticket('a').update({ entityName: 'Ticket', data: { status: 'after' } });
    await eventually(async () =>
      expect((await desk.handle.state())['Ticket']?.[desk.idOf('a')]).toMatchObject({ status: 'after' }),
    );
    for (const handle of [desk.handle, desk.ticket('a')]) {
      const { Comment = {} } = await handle.state();
      expect(Object.keys(Comment)).toEqual([desk.idOf('k2')]);
    }
    await env.expectNeverWedged(workflowId);
  });
});
