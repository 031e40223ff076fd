import { beforeEach, describe, expect, it } from 'vitest';
import { FakeTemporal } from '../../test/support/fake-temporal';
import { FakeWorkflow } from '../../test/support/fake-workflow';
import type { ParentLink } from '../contract/hierarchy';

const root = { name: 'Ticket', id: 't_1' };

describe('the parents of a workflow', () => {
  let temporal: FakeTemporal;

  beforeEach(() => {
    temporal = new FakeTemporal();
  });

  const linkOf = (id: string, more: Partial<ParentLink> = {}): ParentLink => ({
    ancestry: [{ workflowId: `Desk-${id}`, entityName: 'Desk', id }],
    link: `Desk-${id}/run#1`,
    entity: root,
    wants: ['Ticket', 'Comment'],
    ...(more as object),
  });
  /** A workflow that a parent started. */
  const childOf = (id: string, more: Partial<ParentLink> = {}): FakeWorkflow =>
    new FakeWorkflow(temporal, 'Ticket-t_1', root, { input: { parent: linkOf(id, more) } });
  const letGo = (
    ticket: FakeWorkflow,
    id: string,
    how?: 'completed' | 'cancelled',
    link = linkOf(id).link,
  ): void => ticket.hierarchy.letGo({ from: `Desk-${id}`, link }, how);
  const notices = (id: string): unknown[] => temporal.take(`Desk-${id}`).map(({ payload }) => payload);

  it('are none of a workflow that a client started: it lives by itself', () => {
    const ticket = new FakeWorkflow(temporal, 'Ticket-t_1', root);
    const { isEmpty, isIndependent, loads } = ticket.hierarchy.parents;
    expect([isEmpty, isIndependent, loads, ticket.ending]).toEqual([true, true, false, undefined]);
  });

  it.each(['completed', 'cancelled', undefined] as const)('end it as the last of them says: %s', (how) => {
    const ticket = childOf('1');
    letGo(ticket, '1', how);
    expect([ticket.ending, ticket.triggers]).toEqual([how, ['update']]);
  });

  it('that come later are told how it is, and the first that it has another', async () => {
    const ticket = childOf('1');
    ticket.hierarchy.adopt(linkOf('2'));
    await temporal.settle();
    expect(notices('2')).toContainEqual(expect.objectContaining({ status: 'running', isSole: false }));
    expect(notices('1')).toContainEqual(expect.objectContaining({ status: 'running', isSole: false }));
    letGo(ticket, '1', 'cancelled');
    await temporal.settle();
    expect(ticket.ending).toBeUndefined();
    expect(notices('2')).toContainEqual(expect.objectContaining({ status: 'running', isSole: true }));
    letGo(ticket, '2', 'completed');
    expect(ticket.ending).toBe('completed');
  });

  it('give another token as they join again, unless it has one of another parent', () => {
    const input = { parent: linkOf('1'), apiToken: 'secret:ONE' } as const;
    const ticket = new FakeWorkflow(temporal, 'Ticket-t_1', root, { input });
    ticket.hierarchy.adopt(linkOf('2', { apiToken: 'secret:TWO' }));
    const again = { link: 'Desk-2/run#2', apiToken: 'secret:TWO-B' } as const;
    ticket.hierarchy.adopt(linkOf('2', again));
    expect(ticket.apiToken).toBe('secret:ONE');
    ticket.hierarchy.adopt(linkOf('1', { link: 'Desk-1/run#2', apiToken: 'secret:ONE-B' }));
    expect(ticket.apiToken).toBe('secret:ONE-B');
    letGo(ticket, '1', 'cancelled', 'Desk-1/run#2');
    expect(ticket.apiToken).toBe('secret:TWO-B');
  });

  it('do not end it by a link that they have replaced', () => {
    const ticket = childOf('1');
    ticket.hierarchy.adopt(linkOf('1', { link: 'Desk-1/run#2' }));
    letGo(ticket, '1', 'cancelled', 'Desk-1/run#1');
    expect(ticket.ending).toBeUndefined();
    letGo(ticket, '1', 'cancelled', 'Desk-1/run#2');
    expect(ticket.ending).toBe('cancelled');
  });

  it('of another entity are refused, with the reason', async () => {
    const ticket = childOf('1');
    ticket.hierarchy.adopt(linkOf('2', { entity: { name: 'Ticket', id: 't_9' } }));
    await temporal.settle();
    expect(notices('2')).toMatchObject([
      { status: 'refused', message: expect.stringContaining('the home of Ticket t_1, not of Ticket t_9') },
    ]);
    expect([...ticket.hierarchy.exchange.parents]).toEqual(['Desk-1']);
  });

  it.each([
    ['cancel', 'cancelled'],
    ['keep', undefined],
  ] as const)('that are there no more leave an orphan: orphanPolicy %s', async (orphanPolicy, ending) => {
    const ticket = childOf('1', { orphanPolicy });
    temporal.answer('Desk-1', 'nobody');
    ticket.write('Ticket', 't_1', { title: 'b' });
    await temporal.settle();
    expect([ticket.hierarchy.parents.isEmpty, ticket.ending]).toEqual([true, ending]);
  });

  it('load for it while all of them say so, and it loads when one does not', () => {
    const ticket = childOf('1', { loads: 'parent' });
    expect(ticket.hierarchy.parents.loads).toBe(true);
    ticket.hierarchy.adopt(linkOf('2', { loads: 'own' }));
    expect([ticket.hierarchy.parents.loads, ticket.triggers]).toEqual([false, ['refresh']]);
  });

  it('give it a token, which it takes from another when its parent leaves', () => {
    const ticket = childOf('1');
    ticket.hierarchy.adopt(linkOf('2', { apiToken: 'secret:TWO' }));
    expect(ticket.apiToken).toBe('secret:TWO');
    ticket.hierarchy.adopt(linkOf('3', { apiToken: 'secret:THREE' }));
    expect(ticket.apiToken).toBe('secret:TWO');
    letGo(ticket, '2', 'cancelled');
    expect(ticket.apiToken).toBe('secret:THREE');
  });

  it('are each told its last change and then its end, also one that comes too late', async () => {
    const ticket = childOf('1');
    ticket.hierarchy.adopt(linkOf('2'));
    await temporal.settle();
    temporal.sent.length = 0;
    ticket.write('Ticket', 't_1', { title: 'last' });
    await Promise.all([ticket.hierarchy.end('failed', 'why'), temporal.settle()]);
    for (const id of ['1', '2']) {
      const signals = temporal.take(`Desk-${id}`);
      expect(signals.map(({ signal }) => signal)).toEqual(['update', 'child']);
      expect(signals[1]?.payload).toMatchObject({ status: 'failed', message: 'why' });
    }
    ticket.hierarchy.adopt(linkOf('3'));
    await temporal.settle();
    expect(notices('3')).toMatchObject([{ status: 'failed', message: 'why' }]);
  });

  it('hold its end back until they take what they are sent', async () => {
    const ticket = childOf('1');
    temporal.answer('Desk-1', 'refused');
    let hasEnded = false;
    void ticket.hierarchy.end('completed').then(() => (hasEnded = true));
    await temporal.pass(10_000);
    expect(hasEnded).toBe(false);
    temporal.answer('Desk-1', 'taken');
    await temporal.pass(60_000);
    expect([hasEnded, notices('1')]).toMatchObject([true, [{ status: 'completed' }]]);
  });

  it('are known to the next run', () => {
    const ticket = childOf('1');
    ticket.hierarchy.adopt(linkOf('2'));
    const next = ticket.next({});
    letGo(next, '1', 'completed');
    expect(next.ending).toBeUndefined();
    letGo(next, '2', 'cancelled');
    expect(next.ending).toBe('cancelled');
  });
});
