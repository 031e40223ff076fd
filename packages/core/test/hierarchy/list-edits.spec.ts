import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';
import { TestOffice } from '../support/office';

describe('adding to a list without reading it first', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  const begun = async (): Promise<TestDesk> => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a')];
    await desk.start();
    await desk.settled('a');
    return desk;
  };

  it('loses none of what many clients add at a time, and starts a workflow for each', async () => {
    const desk = await begun();
    const names = ['b', 'c', 'd', 'e', 'f'];
    await Promise.all(
      names.map(async (name, i) => {
        const change = { entityName: 'Desk', add: { tickets: [desk.record(name)] } };
        if (i % 2) await desk.handle.update(change);
        else await desk.handle.temporal.signal('update', change);
      }),
    );
    await desk.settled('a', ...names);
    await desk.holds('f', { title: 'f' });
    const ids = (await desk.handle.data())?.tickets?.map(({ id }) => id);
    expect(ids?.toSorted()).toEqual(['a', ...names].map((name) => desk.idOf(name)).toSorted());
    expect(await desk.handle.rejectedSignals()).toMatchObject({ count: 0 });
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  it('lets go of what is taken out as of any item that left', async () => {
    const desk = await begun();
    await desk.handle.update({ entityName: 'Desk', add: { tickets: [desk.record('b')] } });
    await desk.settled('a', 'b');
    const summary = await desk.handle.update({
      entityName: 'Desk',
      remove: { tickets: [desk.idOf('b'), 'none'] },
    });
    expect(summary).toEqual({ upserted: 1, deleted: 1 });
    expect(await desk.closed('b')).toBe('CANCELLED');
    expect((await desk.handle.state())['Ticket']).not.toHaveProperty(desk.idOf('b'));
    // Twice is once.
    expect(await desk.handle.update({ entityName: 'Desk', remove: { tickets: [desk.idOf('b')] } })).toEqual({
      upserted: 0,
      deleted: 0,
    });
  });

  it('keeps what is added at the parent and at the child to a list of the child', async () => {
    const desk = await begun();
    const id = desk.idOf('a');
    const add = (name: string): object => ({
      entityName: 'Ticket',
      id,
      add: { comments: [{ id: name, text: name }] },
    });
    await Promise.all(
      [0, 1, 2, 3].flatMap((i) => [
        desk.handle.temporal.signal('update', add(`desk_${i}`)),
        desk.ticket('a').temporal.signal('update', add(`ticket_${i}`)),
      ]),
    );
    const expected = ['desk_0', 'desk_1', 'desk_2', 'desk_3', 'ticket_0', 'ticket_1', 'ticket_2', 'ticket_3'];
    await eventually(async () => {
      const here = (await desk.handle.state())['Ticket']?.[id]?.['comments'] as string[];
      const there = (await desk.ticket('a').state())['Ticket']?.[id]?.['comments'] as string[];
      expect(here.toSorted()).toEqual(expected);
      expect(there).toEqual(here);
    });
    // A list may come before what it lists.
    await eventually(async () => {
      expect(await desk.ticket('a').dataOf('Comment', 'desk_3')).toEqual({ id: 'desk_3', text: 'desk_3' });
      expect(await desk.handle.dataOf('Comment', 'ticket_3')).toEqual({ id: 'ticket_3', text: 'ticket_3' });
    });
    await env.expectNeverWedged(desk.handle.workflowId);
    await env.expectNeverWedged(desk.ticket('a').workflowId);
  });

  it('goes up, two levels too, from a child that does not know the list', async () => {
    const office = new TestOffice(env);
    const ticket = { id: office.id('t') };
    const desks = [{ id: office.id('d'), tickets: [ticket] }];
    await office.start('HeadOfficeWorkflow', 'Office', 'o', { data: { desks } });
    await office.parents('Office', 'o', office.of('Desk', 'd').workflowId);
    await office.parents('Desk', 'd', office.of('Ticket', 't').workflowId);
    const below = office.of('Ticket', 't');
    await below.update({
      entityName: 'Desk',
      id: office.id('d'),
      add: { tickets: [{ id: office.id('u'), title: 'u' }] },
    });
    await below.update({
      entityName: 'Office',
      id: office.id('o'),
      add: { desks: [{ id: office.id('e'), name: 'e' }] },
    });
    await office.holds('Ticket', 'u', { title: 'u' });
    await office.holds('Desk', 'e', { name: 'e' });
    await office.holds('Desk', 'd', { tickets: [office.id('t'), office.id('u')] });
    await office.holds('Office', 'o', { desks: [office.id('d'), office.id('e')] });
  });

  it('is refused where it cannot be meant, with the field and the fix', async () => {
    const desk = await begun();
    const mistakes: readonly (readonly [object, string])[] = [
      [{ add: { tikets: ['t'] } }, 'add.tikets: is not a relation of Desk. Use one of tickets.'],
      [{ add: { lead: ['x'] } }, 'add.lead: leads to one Agent, and not to a list.'],
      [{ entityName: 'Ticket', add: { comments: ['k'] } }, 'id: is missing, and Ticket is not the root'],
      [{ remove: { tickets: [{ id: 't' }] } }, 'remove.tickets[0]: is not a text'],
      [{}, 'data: is missing, and so is updates.'],
    ];
    for (const [i, [payload, message]] of mistakes.entries()) {
      const args: [unknown] = [{ entityName: 'Desk', ...payload }];
      await expect(desk.handle.temporal.executeUpdate('update', { args })).rejects.toMatchObject({
        cause: { message: expect.stringContaining(message) as string },
      });
      await desk.handle.temporal.signal('update', ...args);
      await eventually(async () => {
        const { count, recent } = await desk.handle.rejectedSignals();
        expect(count).toBe(i + 1);
        expect(recent.at(-1)?.reason).toContain(message);
      });
    }
    await env.expectNeverWedged(desk.handle.workflowId);
  });
});
