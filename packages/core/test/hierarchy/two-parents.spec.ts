import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UpdatePayload } from '../../src/index';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';
import { toldBy } from '../support/told';
import { TestOffice } from '../support/office';

describe('an entity under two parents', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  /** Two desks that hold the same ticket. */
  const shared = async (
    fields: readonly Readonly<Record<string, unknown>>[] = [{}, {}],
  ): Promise<TestOffice> => {
    const office = new TestOffice(env);
    for (const [i, more] of fields.entries())
      await office.start('TeamDeskWorkflow', 'Desk', `d${i + 1}`, {
        data: { tickets: [{ id: office.id('t'), title: 't', ...more }] },
      });
    const ticket = office.of('Ticket', 't').workflowId;
    for (const i of fields.keys()) await office.parents('Desk', `d${i + 1}`, ticket);
    return office;
  };
  const held = async (office: TestOffice, desk: string): Promise<unknown> =>
    (await office.of('Desk', desk).state())['Ticket']?.[office.id('t')];
  const letGo = (office: TestOffice, desk: string): Promise<unknown> =>
    office.of('Desk', desk).update({ entityName: 'Desk', data: { tickets: [] }, strategy: '$set' });

  it('is one workflow, and both hear of its changes, each once', async () => {
    const office = await shared();
    const { runId } = await office.of('Ticket', 't').temporal.describe();
    await office.of('Ticket', 't').update({ entityName: 'Ticket', data: { status: 'open' } });
    const counts: number[] = [];
    for (const desk of ['d1', 'd2']) {
      await eventually(async () => expect(await held(office, desk)).toMatchObject({ status: 'open' }));
      const signals = await office.signals(['Ticket', 't'], ['Desk', desk]);
      const told = signals.map(
        ({ payload }) => (payload as UpdatePayload).updates?.['Ticket']?.[office.id('t')],
      );
      const changes = told.filter((fields) => fields?.['status'] !== undefined);
      expect(changes[0]).toEqual({ status: 'open' });
      expect(told.length).toBeLessThanOrEqual(3);
      counts.push(changes.length);
    }
    // The desk that came second, which may be either, was told of all of it as it came, and is answered what it said of
    // it then: a change that crosses that goes along.
    expect(Math.min(...counts)).toBe(1);
    expect(Math.max(...counts)).toBeLessThanOrEqual(2);
    expect((await office.of('Ticket', 't').temporal.describe()).runId).toBe(runId);
    for (const desk of ['d1', 'd2']) await env.expectNeverWedged(office.of('Desk', desk).workflowId);
    await env.expectNeverWedged(office.of('Ticket', 't').workflowId);
  });

  it('passes a change of one parent on to the other, which does not tell it back', async () => {
    const office = await shared();
    await office
      .of('Desk', 'd1')
      .update({ entityName: 'Ticket', data: { id: office.id('t'), status: 'by d1' } });
    await eventually(async () => expect(await held(office, 'd2')).toMatchObject({ status: 'by d1' }));
    await office.holds('Ticket', 't', { status: 'by d1' });
    const [desk, ticket] = [office.of('Desk', 'd2').workflowId, office.of('Ticket', 't').workflowId];
    expect((await toldBy(env.client, desk, ticket)).filter((line) => line.includes('by d1'))).toEqual([]);
  });

  it('ends up the same everywhere where the parents know different things of it', async () => {
    const office = await shared([
      { status: 'by d1', one: 1 },
      { status: 'by d2', two: 2 },
    ]);
    await eventually(async () => {
      const [one, two] = [await held(office, 'd1'), await held(office, 'd2')];
      const ticket = (await office.of('Ticket', 't').state())['Ticket']?.[office.id('t')];
      expect(one).toEqual(ticket);
      expect(two).toEqual(ticket);
      expect(ticket).toMatchObject({ one: 1, two: 2 });
    });
  });

  it('takes what the source of a parent that comes later says for the last word', async () => {
    const [one, other] = [new TestDesk(env), new TestDesk(env)];
    const id = one.idOf('a');
    const held = async ({ handle }: TestDesk) => (await handle.state())['Ticket']?.[id];
    other.source.records = [{ id, status: 'by the other' }];
    await other.start('ManualDeskWorkflow');
    await eventually(async () => expect(await held(other)).toMatchObject({ status: 'by the other' }));
    one.source.records = [{ id, status: 'by the one' }];
    await one.start();
    await one.settled('a');
    await other.handle.temporal.signal('take', 'tickets', id);
    await eventually(async () =>
      expect(await other.handle.children()).toMatchObject([{ status: 'running' }]),
    );
    await eventually(async () => {
      expect(await held(other)).toMatchObject({ status: 'by the other' });
      expect(await held(one)).toMatchObject({ status: 'by the other' });
      expect(await one.ticket('a').data()).toMatchObject({ status: 'by the other' });
    });
  });

  it('agrees with both after they changed it at the same time', async () => {
    const office = await shared();
    const id = office.id('t');
    await env.stopWorkers();
    for (const [of, name] of [
      ['Desk', 'd1'],
      ['Desk', 'd2'],
      ['Ticket', 't'],
    ] as const)
      await office
        .of(of, name)
        .temporal.signal('update', { entityName: 'Ticket', data: { id, status: name, [name]: true } });
    await env.startWorker();
    await eventually(async () => {
      const [one, two] = [await held(office, 'd1'), await held(office, 'd2')];
      const ticket = (await office.of('Ticket', 't').state())['Ticket']?.[id];
      expect(ticket).toMatchObject({ d1: true, d2: true, t: true });
      expect(one).toEqual(ticket);
      expect(two).toEqual(ticket);
    });
  });

  it('keeps a nested entity that one parent moves to another shared ticket', async () => {
    const office = new TestOffice(env);
    const comment = { id: office.id('k'), text: 'x' };
    const tickets = [
      { id: office.id('a'), comments: [comment] },
      { id: office.id('b'), comments: [] },
    ];
    for (const desk of ['d1', 'd2'])
      await office.start('TeamDeskWorkflow', 'Desk', desk, { data: { tickets } });
    const children = ['a', 'b'].map((name) => office.of('Ticket', name).workflowId);
    for (const desk of ['d1', 'd2']) await office.parents('Desk', desk, ...children);
    await office.of('Desk', 'd1').update({
      entityName: 'Ticket',
      updates: {
        Ticket: { [office.id('a')]: { comments: [] }, [office.id('b')]: { comments: [comment.id] } },
      },
    });
    for (const [of, name] of [
      ['Desk', 'd1'],
      ['Desk', 'd2'],
      ['Ticket', 'b'],
    ] as const)
      await eventually(async () => {
        const state = await office.of(of, name).state();
        expect(state['Ticket']?.[office.id('b')]).toMatchObject({ comments: [comment.id] });
        expect(state['Comment']).toEqual({ [comment.id]: comment });
      });
    await eventually(async () =>
      expect((await office.of('Ticket', 'a').state())['Comment'] ?? {}).toEqual({}),
    );
    expect((await office.of('Desk', 'd2').state())['Comment']).toEqual({ [comment.id]: comment });
  });

  it('keeps its parts when they go from one parent together with it', async () => {
    const comment = { id: 'k', text: 'x' };
    const office = await shared([{ comments: [comment] }, { comments: [comment] }]);
    const { temporal } = office.of('Desk', 'd1');
    // The first of these is on its way to the ticket when the others happen.
    await temporal.signal('update', { entityName: 'Ticket', data: { id: office.id('t'), title: 'T' } });
    await temporal.signal('data', { tickets: [] });
    await temporal.signal('delete', { entityName: 'Comment', deletions: { Comment: ['k'] } });
    await office.parents('Desk', 'd1');
    await office
      .of('Desk', 'd2')
      .update({ entityName: 'Ticket', data: { id: office.id('t'), status: 'on' } });
    await office.holds('Ticket', 't', { status: 'on' });
    const signals = await office.signals(['Desk', 'd1'], ['Ticket', 't']);
    expect(signals.map(({ name }) => name)).not.toContain('delete');
    expect(signals.at(-1)?.name).toBe('cancel');
    for (const state of [await office.of('Ticket', 't').state(), await office.of('Desk', 'd2').state()]) {
      expect(state['Comment']).toEqual({ k: comment });
      expect(state['Ticket']?.[office.id('t')]).toMatchObject({ comments: ['k'] });
    }
  });

  it('runs on when one parent lets it go, and ends when the last one does', async () => {
    const office = await shared();
    await letGo(office, 'd1');
    await office.parents('Desk', 'd1');
    await office
      .of('Desk', 'd2')
      .update({ entityName: 'Ticket', data: { id: office.id('t'), status: 'on' } });
    await office.holds('Ticket', 't', { status: 'on' });
    expect(await office.statusOf('Ticket', 't')).toBe('RUNNING');
    await letGo(office, 'd2');
    await office.closed('Ticket', 't');
    expect(await office.of('Ticket', 't').status()).toMatchObject({ status: 'cancelled' });
    await env.expectNeverWedged(office.of('Ticket', 't').workflowId);
  });

  it('runs on when one parent is cancelled', async () => {
    const office = await shared();
    await office.of('Desk', 'd1').cancel();
    await expect(office.of('Desk', 'd1').result()).rejects.toThrow();
    await office
      .of('Desk', 'd2')
      .update({ entityName: 'Ticket', data: { id: office.id('t'), status: 'on' } });
    await office.holds('Ticket', 't', { status: 'on' });
    expect(await office.statusOf('Ticket', 't')).toBe('RUNNING');
  });

  it('is not ended by what a workflow says that is none of its parents any more', async () => {
    const office = new TestOffice(env);
    await office.start('LinkedTicketWorkflow', 'Ticket', 't', { data: { title: 'mine' } });
    const { temporal } = office.of('Ticket', 't');
    const former = { from: `Desk-${office.id('d')}` };
    await temporal.signal('cancel', null, former);
    await temporal.signal('status', 'completed', former);
    await temporal.signal('update', { entityName: 'Ticket', data: { note: 'still here' } });
    await office.holds('Ticket', 't', { title: 'mine', note: 'still here' });
    expect(await office.statusOf('Ticket', 't')).toBe('RUNNING');
  });

  it('takes no token and no address of a workflow that is none of its parents', async () => {
    const office = await shared();
    const ticket = office.of('Ticket', 't');
    const before = await ticket.apiToken();
    // A desk that was a parent of the run before, and has not joined this one.
    const former = { from: `Desk-${office.id('former')}` };
    await ticket.temporal.signal('apiToken', 'secret:FORMER', former);
    await ticket.temporal.signal('apiUrl', 'https://former.example', former);
    await ticket.update({ entityName: 'Ticket', data: { note: 'heard' } });
    expect(await ticket.apiToken()).toEqual(before);
    const desk = { from: office.of('Desk', 'd1').workflowId };
    await ticket.temporal.signal('apiToken', 'secret:DESK', desk);
    await eventually(async () => expect((await ticket.apiToken())?.reference).toBe('secret:DESK'));
  });

  it('that a client started is adopted, and not ended when the parent lets it go', async () => {
    const office = new TestOffice(env);
    await office.start('LinkedTicketWorkflow', 'Ticket', 't', { data: { title: 'mine', own: true } });
    const { runId } = await office.of('Ticket', 't').temporal.describe();
    await office.start('TeamDeskWorkflow', 'Desk', 'd', {
      data: { tickets: [{ id: office.id('t'), note: 'n' }] },
    });
    await office.parents('Desk', 'd', office.of('Ticket', 't').workflowId);
    await office.holds('Ticket', 't', { title: 'mine', own: true, note: 'n' });
    await eventually(async () =>
      expect(await held(office, 'd')).toMatchObject({ title: 'mine', own: true, note: 'n' }),
    );
    await letGo(office, 'd');
    await office.parents('Desk', 'd');
    await office.of('Ticket', 't').update({ entityName: 'Ticket', data: { note: 'alone' } });
    expect(await office.statusOf('Ticket', 't')).toBe('RUNNING');
    expect((await office.of('Ticket', 't').temporal.describe()).runId).toBe(runId);
    await env.expectNeverWedged(office.of('Ticket', 't').workflowId);
  });
});
