import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StatefulHandle } from '../../src/client';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';
import { TestOffice } from '../support/office';

/** What happens in the middle of a move, and must not matter. */
type Blow = 'nothing' | 'a rolls' | 'b rolls' | 'the desk rolls' | 'all roll' | 'the comment is terminated';

describe.concurrent('what moves from one parent to another', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  const comment = (desk: TestDesk, name: string): StatefulHandle =>
    new StatefulHandle(env.client, `Comment-${desk.idOf(name)}`);
  /** The source of a ticket gives these comments, now with this text. */
  const lists = (desk: TestDesk, name: string, comments: readonly string[], text = ''): void => {
    env.sources.of(desk.idOf(name), 'comments').records = comments.map((one) => ({
      id: desk.idOf(one),
      text: `${one}${text}`,
    }));
  };
  const begun = async (comments: Record<string, readonly string[]>): Promise<TestDesk> => {
    const desk = new TestDesk(env);
    const names = Object.keys(comments);
    for (const name of names) lists(desk, name, comments[name] ?? []);
    desk.source.records = names.map((name) => desk.record(name));
    await desk.start('SortingDeskWorkflow');
    await desk.settled(...names);
    for (const name of names) await agrees(desk, name, comments[name] ?? []);
    return desk;
  };
  /** A ticket has these comments: at its own workflow, at the desk, and each of them at its own. */
  const agrees = (desk: TestDesk, name: string, comments: readonly string[], text = ''): Promise<void> =>
    eventually(async () => {
      const expected = comments.map((one) => ({ id: desk.idOf(one), text: `${one}${text}` }));
      expect((await desk.ticket(name).data())?.comments ?? []).toEqual(expected);
      const held = (await desk.handle.data())?.tickets?.find(({ id }) => id === desk.idOf(name));
      expect(held?.comments ?? []).toEqual(expected);
      const children = await desk.ticket(name).children();
      expect(children.map(({ id, status }) => `${id} ${status}`).toSorted()).toEqual(
        comments.map((one) => `${desk.idOf(one)} running`).toSorted(),
      );
      for (const one of comments)
        expect(await comment(desk, one).data()).toMatchObject({ text: `${one}${text}` });
    }, 60_000);
  /** Nothing is held of comments but of these, and none of the workflows was wedged. */
  const holdsOnly = async (
    desk: TestDesk,
    names: readonly string[],
    comments: readonly string[],
  ): Promise<void> => {
    await eventually(async () => {
      const { Comment = {} } = await desk.handle.state();
      expect(Object.keys(Comment).toSorted()).toEqual(comments.map((one) => desk.idOf(one)).toSorted());
    });
    for (const id of [desk.handle.workflowId, ...names.map((name) => desk.ticket(name).workflowId)])
      await env.expectNeverWedged(id);
  };

  const load = (desk: TestDesk, who: string): Promise<unknown> =>
    who === 'desk' ? desk.handle.refresh({ acceptDeletions: true }) : desk.ticket(who).refresh();

  it.each([
    [['a', 'b', 'desk']],
    [['a', 'desk', 'b']],
    [['b', 'a', 'desk']],
    [['b', 'desk', 'a']],
    [['desk', 'a', 'b']],
    [['desk', 'b', 'a']],
    [['all']],
  ])('arrives when they load in the order %s', async (order) => {
    const desk = await begun({ a: ['s', 't'], b: [] });
    lists(desk, 'a', ['t']);
    lists(desk, 'b', ['s']);
    desk.source.records = ['a', 'b'].map((name) => desk.record(name, { note: 'moved' }));
    if (order[0] === 'all') await Promise.all(['b', 'a', 'desk'].map((who) => load(desk, who)));
    else for (const who of order) await load(desk, who);
    await agrees(desk, 'a', ['t']);
    await agrees(desk, 'b', ['s']);
    await holdsOnly(desk, ['a', 'b'], ['s', 't']);
  });

  it.each<[Blow]>([
    ['a rolls'],
    ['b rolls'],
    ['the desk rolls'],
    ['all roll'],
    ['the comment is terminated'],
  ])('arrives also when in the middle of it %s, and goes on to change', async (blow) => {
    const desk = await begun({ a: ['s'], b: [] });
    const roll = (handle: StatefulHandle): Promise<void> => handle.temporal.signal('roll');
    const strikes: Record<Blow, () => Promise<unknown>> = {
      nothing: async () => {},
      'a rolls': () => roll(desk.ticket('a')),
      'b rolls': () => roll(desk.ticket('b')),
      'the desk rolls': () => roll(desk.handle),
      'all roll': () =>
        Promise.all([desk.handle, desk.ticket('a'), desk.ticket('b'), comment(desk, 's')].map(roll)),
      'the comment is terminated': () => comment(desk, 's').temporal.terminate(),
    };
    lists(desk, 'a', []);
    lists(desk, 'b', ['s']);
    const [first] = [load(desk, 'b'), strikes[blow]()];
    await first;
    await strikes[blow]().catch(() => {});
    await load(desk, 'a');
    await agrees(desk, 'a', []);
    await agrees(desk, 'b', ['s']);
    lists(desk, 'b', ['s'], ', changed');
    await load(desk, 'b');
    await agrees(desk, 'b', ['s'], ', changed');
    await holdsOnly(desk, ['a', 'b'], ['s']);
  });

  it('arrives although the one that it leaves goes at the same time', async () => {
    const desk = await begun({ a: ['s'], b: [] });
    lists(desk, 'b', ['s']);
    desk.source.records = [desk.record('b')];
    await Promise.all([load(desk, 'desk'), load(desk, 'b')]);
    await desk.settled('b');
    await agrees(desk, 'b', ['s']);
    await holdsOnly(desk, ['b'], ['s']);
  });

  it('is gone where it is removed as it moves', async () => {
    const desk = await begun({ a: ['s'], b: [] });
    lists(desk, 'a', []);
    lists(desk, 'b', ['s']);
    await load(desk, 'b');
    lists(desk, 'b', []);
    await Promise.all([load(desk, 'a'), load(desk, 'b')]);
    await agrees(desk, 'a', []);
    await agrees(desk, 'b', []);
    await holdsOnly(desk, ['a', 'b'], []);
    await eventually(async () =>
      expect((await comment(desk, 's').temporal.describe()).status.name).not.toBe('RUNNING'),
    );
  });

  it('that two share has one workflow, which ends with the second that lets it go', async () => {
    const desk = await begun({ a: ['s'], b: ['s'], c: [] });
    const { runId } = await comment(desk, 's').temporal.describe();
    lists(desk, 'a', []);
    await load(desk, 'a');
    await agrees(desk, 'a', []);
    // The last that has it hands it on.
    lists(desk, 'c', ['s']);
    await load(desk, 'c');
    await agrees(desk, 'c', ['s']);
    lists(desk, 'b', []);
    await load(desk, 'b');
    await agrees(desk, 'b', []);
    await agrees(desk, 'c', ['s']);
    expect((await comment(desk, 's').temporal.describe()).runId).toBe(runId);
    lists(desk, 'c', []);
    await load(desk, 'c');
    await holdsOnly(desk, ['a', 'b', 'c'], []);
    await eventually(async () =>
      expect((await comment(desk, 's').temporal.describe()).status.name).toBe('CANCELLED'),
    );
  });

  it('goes on where one of two parents on different levels lets it go, either of them', async () => {
    const office = new TestOffice(env);
    const [one, other, third] = ['one', 'other', 'third'].map((name) => office.id(name));
    const tickets = [
      { id: one, title: 'one', related: [{ id: other }] },
      { id: other, title: 'other' },
      { id: third, title: 'third' },
    ];
    await office.start('TeamDeskWorkflow', 'Desk', 'd', { data: { tickets } });
    const ticket = (name: string): string => office.of('Ticket', name).workflowId;
    await office.parents('Desk', 'd', ticket('one'), ticket('other'), ticket('third'));
    await office.parents('Ticket', 'one', ticket('other'));
    const { runId } = await office.of('Ticket', 'other').temporal.describe();
    const set = (entityName: string, name: string, data: object): Promise<unknown> =>
      office
        .of(entityName, name)
        .update({ entityName, data: { id: office.id(name), ...data }, strategy: '$set' });
    // It stays below the ticket, then comes back to the desk and leaves the ticket for another one.
    await set('Desk', 'd', { tickets: [one, third] });
    await office.parents('Desk', 'd', ticket('one'), ticket('third'));
    await office.parents('Ticket', 'one', ticket('other'));
    await office.of('Ticket', 'other').update({ entityName: 'Ticket', data: { title: 'later' } });
    await eventually(async () =>
      expect((await office.of('Ticket', 'one').state())['Ticket']?.[other as string]).toMatchObject({
        title: 'later',
      }),
    );
    await set('Ticket', 'third', { related: [other] });
    await office.parents('Ticket', 'third', ticket('other'));
    await set('Ticket', 'one', { related: [] });
    await office.parents('Ticket', 'one');
    await office.parents('Ticket', 'third', ticket('other'));
    await office.holds('Ticket', 'other', { title: 'later' });
    expect((await office.of('Ticket', 'other').temporal.describe()).runId).toBe(runId);
    await set('Ticket', 'third', { related: [] });
    await office.closed('Ticket', 'other');
    for (const name of ['one', 'third']) await env.expectNeverWedged(ticket(name));
  });
});
