import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeTemporal } from '../../test/support/fake-temporal';
import { FakeWorkflow } from '../../test/support/fake-workflow';
import type { ManagedPathOptions, ManagedPaths } from './managed-path';

describe('the children of a workflow', () => {
  let temporal: FakeTemporal;

  beforeEach(() => {
    temporal = new FakeTemporal();
    vi.spyOn(Date, 'now').mockImplementation(() => temporal.now);
  });

  afterEach(() => vi.restoreAllMocks());

  const deskOf = (managedPaths: ManagedPaths): FakeWorkflow =>
    new FakeWorkflow(temporal, 'Desk-1', { name: 'Desk', id: '1' }, { managedPaths });
  const withOptions = (options: ManagedPathOptions): FakeWorkflow => deskOf({ tickets: options });
  const list = async (desk: FakeWorkflow, ...tickets: readonly string[]): Promise<void> => {
    desk.write('Desk', '1', { tickets });
    await temporal.settle();
  };
  const runs = (): string[] => temporal.started.map(({ workflowId }) => workflowId);

  it('come and go with the items of a list', async () => {
    const desk = deskOf({ tickets: true });
    await list(desk, 'a', 'b');
    expect(desk.statuses).toEqual({ 'Ticket-a': 'running', 'Ticket-b': 'running' });
    await list(desk, 'b', 'c');
    expect(desk.statuses).toEqual({ 'Ticket-b': 'running', 'Ticket-c': 'running' });
    expect(temporal.take('Ticket-a')).toMatchObject([{ signal: 'cancel' }]);
    expect([temporal.take('Ticket-b'), runs()]).toEqual([[], ['Ticket-a', 'Ticket-b', 'Ticket-c']]);
  });

  it.each([
    ['cancel', 'cancel'],
    ['complete', 'status'],
    ['keep', 'release'],
  ] as const)('are let go as onRemoved: %s says', async (onRemoved, signal) => {
    const desk = withOptions({ onRemoved });
    await list(desk, 'a');
    await list(desk);
    expect(temporal.take('Ticket-a')).toMatchObject([{ signal }]);
  });

  it('are those that the condition lets have one, which is asked again when an item changes', async () => {
    const desk = withOptions({ condition: ({ isOpen }) => isOpen === true });
    desk.write('Ticket', 'a', { isOpen: true });
    desk.write('Ticket', 'b', { isOpen: false });
    await list(desk, 'a', 'b');
    expect(Object.keys(desk.statuses)).toEqual(['Ticket-a']);
    desk.write('Ticket', 'b', { isOpen: true });
    desk.write('Ticket', 'a', { isOpen: false });
    await temporal.settle();
    expect(Object.keys(desk.statuses)).toEqual(['Ticket-b']);
  });

  it('fail the change whose condition throws, and not the workflow', async () => {
    const desk = withOptions({
      condition: () => {
        throw new TypeError('of the class');
      },
    });
    await expect(list(desk, 'a')).rejects.toThrow(
      'managedPaths.tickets.condition, for Ticket a, threw TypeError: of the class',
    );
  });

  it('that are started by hand start when they are asked for, and stay asked for', async () => {
    const desk = withOptions({ autoStart: false });
    await list(desk, 'a', 'b');
    expect(runs()).toEqual([]);
    const { children } = desk.hierarchy;
    expect(() => children.start('notes', 'a')).toThrow('"notes" is not a managed path');
    expect(() => children.start('tickets', 'z')).toThrow('"z" is not an item of tickets');
    children.start('tickets', 'a');
    await temporal.settle();
    expect(runs()).toEqual(['Ticket-a']);
    const next = desk.next({ managedPaths: { tickets: { autoStart: false } } });
    await list(next, 'b');
    expect(next.statuses).toEqual({});
    await list(next, 'b', 'a');
    expect(Object.keys(next.statuses)).toEqual(['Ticket-a']);
  });

  it('are as many at a time as the path lets start', async () => {
    const desk = withOptions({ maxConcurrentStarts: 2 });
    const started: (() => void)[] = [];
    let most = 0;
    let underWay = 0;
    temporal.startsLater = () =>
      new Promise((resolve) => {
        most = Math.max(most, ++underWay);
        started.push(() => {
          underWay--;
          resolve();
        });
      });
    await list(desk, 'a', 'b', 'c', 'd', 'e');
    while (started.length > 0) {
      started.shift()?.();
      await temporal.settle();
    }
    expect([most, runs()]).toEqual([2, ['Ticket-a', 'Ticket-b', 'Ticket-c', 'Ticket-d', 'Ticket-e']]);
  });

  it('do not share a workflow id: the second is reported, and starts when the first has gone', async () => {
    const desk = withOptions({ idAttribute: 'number' });
    desk.write('Ticket', 'a', { number: '7' });
    desk.write('Ticket', 'b', { number: '7' });
    await list(desk, 'a', 'b');
    expect(desk.hierarchy.children.infos).toMatchObject([
      { workflowId: 'Ticket-7', status: 'running' },
      { workflowId: 'Ticket-7', status: 'failed', error: expect.stringContaining('is that of Ticket a') },
    ]);
    await list(desk, 'b');
    temporal.started[0]?.end('cancelled');
    await temporal.pass(1_000);
    expect(desk.hierarchy.children.infos).toMatchObject([{ workflowId: 'Ticket-7', status: 'attaching' }]);
  });

  it('with an id that no workflow takes are reported, and the others run', async () => {
    const desk = deskOf({ tickets: true });
    await list(desk, ' ', 'a');
    expect(desk.hierarchy.children.infos).toMatchObject([
      { id: 'a', status: 'running' },
      { id: ' ', status: 'failed', error: expect.stringContaining('Its id is blank') },
    ]);
  });

  it('are handed a token as their path says, and not by a way that it has come', async () => {
    const desk = withOptions({ credentials: 'inherit' });
    await list(desk, 'a', 'b');
    desk.hierarchy.pass('apiToken', 'secret:NEW', ['Ticket-b']);
    await temporal.settle();
    expect(temporal.take('Ticket-a')).toMatchObject([
      { signal: 'apiToken', payload: 'secret:NEW', envelope: { via: ['Ticket-b', 'Desk-1'] } },
    ]);
    expect(temporal.take('Ticket-b')).toEqual([]);
    const other = new FakeWorkflow(
      temporal,
      'Desk-2',
      { name: 'Desk', id: '2' },
      {
        managedPaths: { tickets: { credentials: 'none' } },
      },
    );
    other.write('Desk', '2', { tickets: ['c'] });
    other.hierarchy.pass('apiToken', 'secret:NEW');
    await temporal.settle();
    expect(temporal.take('Ticket-c')).toEqual([]);
  });

  it('are each told at the end, which waits for them', async () => {
    const desk = deskOf({ tickets: true });
    await list(desk, 'a', 'b');
    temporal.answer('Ticket-b', 'held');
    let hasEnded = false;
    void desk.hierarchy.end('cancelled').then(() => (hasEnded = true));
    await temporal.settle();
    expect([hasEnded, temporal.take('Ticket-a').length]).toEqual([false, 1]);
    await list(desk, 'a', 'b', 'c');
    temporal.answer('Ticket-b', 'taken');
    await temporal.settle();
    expect([hasEnded, desk.statuses, runs().length]).toEqual([true, {}, 2]);
  });

  it('of the run before are taken on, and those whose items went meanwhile are let go', async () => {
    const desk = deskOf({ tickets: true });
    await list(desk, 'a', 'b');
    const carried = desk.next({ managedPaths: { tickets: { condition: ({ id }) => id !== 'a' } } });
    await temporal.settle();
    expect([carried.statuses, runs().length]).toEqual([{ 'Ticket-b': 'running' }, 2]);
    expect(temporal.take('Ticket-a')).toMatchObject([{ signal: 'cancel' }]);
  });
});
