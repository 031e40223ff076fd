import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeTemporal } from '../../test/support/fake-temporal';
import { FakeWorkflow } from '../../test/support/fake-workflow';
import type { ChildInfo, ChildNotice } from '../contract/hierarchy';

const TICKET = 'Ticket-t_1';
const paths = { tickets: true } as const;

describe('a child', () => {
  let temporal: FakeTemporal;
  let desk: FakeWorkflow;

  beforeEach(async () => {
    temporal = new FakeTemporal();
    vi.spyOn(Date, 'now').mockImplementation(() => temporal.now);
    desk = new FakeWorkflow(temporal, 'Desk-1', { name: 'Desk', id: '1' }, { managedPaths: paths });
  });

  afterEach(() => vi.restoreAllMocks());

  const list = (...tickets: readonly string[]): void => desk.write('Desk', '1', { tickets });
  const info = (): ChildInfo | undefined => desk.hierarchy.children.infos[0];
  const runs = (): string[] => temporal.started.map(({ workflowId }) => workflowId);
  const begin = async (): Promise<void> => {
    desk.write('Ticket', 't_1', { title: 'a' });
    list('t_1');
    await temporal.settle();
  };
  /** The child says how it is. */
  const notice = async (
    status: ChildNotice['status'],
    runId = 'other/run',
    message?: string,
  ): Promise<void> => {
    desk.hierarchy.children.noticed({ workflowId: TICKET, runId, status, message });
    await temporal.settle();
  };
  const signals = (): string[] => temporal.take(TICKET).map(({ signal }) => signal);

  it('starts with its part of the state, and is sent what changes afterwards', async () => {
    await begin();
    expect(temporal.started).toMatchObject([
      {
        workflowId: TICKET,
        input: { id: 't_1', entityName: 'Ticket', state: { Ticket: { t_1: { title: 'a' } } } },
      },
    ]);
    expect(info()).toMatchObject({ status: 'running', lastSyncedAt: new Date(0).toISOString() });
    desk.write('Ticket', 't_1', { title: 'b' });
    await temporal.settle();
    expect(temporal.take(TICKET)).toMatchObject([
      { signal: 'update', payload: { updates: { Ticket: { t_1: { title: 'b' } } } } },
    ]);
  });

  it('is not started when its item goes in the same moment', async () => {
    desk.write('Ticket', 't_1', { title: 'a' });
    list('t_1');
    list();
    await temporal.settle();
    expect([runs(), desk.hierarchy.children.infos]).toEqual([[], []]);
  });

  it('that somebody ended starts again after pauses that double, until it runs for longer than the longest', async () => {
    await begin();
    for (const pause of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
      const before = temporal.started.length;
      temporal.started.at(-1)?.end('terminated');
      await temporal.settle();
      expect(info()?.status).toBe('cancelled');
      await temporal.pass(pause - 1);
      expect(temporal.started).toHaveLength(before);
      await temporal.pass(1);
      expect(temporal.started).toHaveLength(before + 1);
    }
    await temporal.pass(60_001);
    temporal.started.at(-1)?.end('cancelled');
    await temporal.pass(1_000);
    expect([temporal.started.length, info()?.status]).toEqual([10, 'running']);
  });

  it('that somebody ended starts again when it is time, in whichever run of its parent that is', async () => {
    await begin();
    for (const pause of [1_000, 2_000]) {
      temporal.started.at(-1)?.end('terminated');
      await temporal.pass(pause);
    }
    expect(temporal.started).toHaveLength(3);
    // The next pause is one of four seconds, and five runs fall into it.
    temporal.started.at(-1)?.end('terminated');
    for (let run = 0; run < 5; run++) {
      await temporal.pass(799);
      desk = desk.next({ managedPaths: paths });
    }
    await temporal.pass(4);
    expect([temporal.started.length, info()?.status]).toEqual([3, 'cancelled']);
    await temporal.pass(1);
    expect([temporal.started.length, info()?.status]).toEqual([4, 'running']);
    // The pause after it is longer still, and begins where the run does that started it.
    desk = desk.next({ managedPaths: paths });
    await notice('cancelled', temporal.started.at(-1)?.runId);
    temporal.started.at(-1)?.end('terminated');
    await temporal.pass(7_999);
    expect(temporal.started).toHaveLength(4);
    await temporal.pass(1);
    expect(temporal.started).toHaveLength(5);
  });

  it('starts at once where the time came between two runs of its parent', async () => {
    await begin();
    temporal.started[0]?.end('terminated');
    await temporal.pass(500);
    const before = desk;
    temporal.now += 600;
    desk = before.next({ managedPaths: paths });
    await temporal.settle();
    expect(temporal.started).toHaveLength(2);
  });

  it('that ends by itself is not started again, and says why it failed, until its item changes', async () => {
    await begin();
    temporal.started[0]?.end('failed', 'out of paper');
    await temporal.pass(3_600_000);
    expect(info()).toMatchObject({ status: 'failed', error: 'It failed: out of paper' });
    desk.write('Ticket', 't_1', { title: 'b' });
    await temporal.settle();
    expect(info()).toMatchObject({ status: 'running', error: undefined });
    temporal.started[1]?.end('completed');
    await temporal.settle();
    desk.write('Ticket', 't_1', { title: 'c' });
    await temporal.pass(3_600_000);
    expect([info()?.status, runs().length]).toEqual(['completed', 2]);
  });

  it('is ended once, though it says so itself and Temporal does', async () => {
    await begin();
    await notice('cancelled', temporal.started[0]?.runId);
    await temporal.pass(1_000);
    // It may still be in the way.
    expect(info()?.status).toBe('attaching');
    temporal.started[0]?.end('cancelled');
    temporal.answer(TICKET, 'nobody');
    await temporal.pass(1_000);
    await temporal.pass(2_000);
    expect([info()?.status, runs().length]).toEqual(['running', 2]);
    await notice('cancelled', temporal.started[0]?.runId);
    expect(info()?.status).toBe('running');
  });

  it('whose id is taken asks that workflow, and joins it when it says that it is the child', async () => {
    temporal.occupy(TICKET);
    await begin();
    expect(info()?.status).toBe('attaching');
    expect(temporal.take(TICKET)).toMatchObject([{ signal: 'parent', payload: { entity: { id: 't_1' } } }]);
    await notice('running');
    expect([info()?.status, runs()]).toEqual(['running', []]);
  });

  it('whose id is taken by a workflow of another entity is left alone, with its reason', async () => {
    temporal.occupy(TICKET);
    await begin();
    await notice('refused', 'other/run', 'This is the home of something else.');
    await temporal.pass(3_600_000);
    expect(info()).toMatchObject({ status: 'failed', error: 'This is the home of something else.' });
    expect(signals()).toEqual(['parent']);
  });

  it('that does not answer is asked again after silences that double, and joined when it does', async () => {
    temporal.occupy(TICKET);
    await begin();
    await temporal.pass(29_999);
    expect([info()?.status, signals()]).toEqual(['attaching', ['parent']]);
    await temporal.pass(1);
    expect(info()).toMatchObject({ status: 'failed', error: expect.stringContaining('has not answered') });
    for (const silence of [5_000, 10_000, 20_000]) {
      await temporal.pass(silence - 1);
      expect(signals()).toEqual([]);
      await temporal.pass(1);
      expect(signals()).toEqual(['parent']);
    }
    await notice('running');
    expect(info()).toMatchObject({ status: 'running', error: undefined });
  });

  it('that did not answer because it had ended is started when that shows', async () => {
    temporal.occupy(TICKET);
    await begin();
    await temporal.pass(30_000);
    temporal.answer(TICKET, 'nobody');
    temporal.free(TICKET);
    await temporal.pass(6_000);
    expect([info()?.status, runs()]).toEqual(['running', [TICKET]]);
  });

  it('whose item goes is told once, and then no more', async () => {
    await begin();
    list();
    await temporal.settle();
    expect(temporal.take(TICKET)).toMatchObject([{ signal: 'cancel', envelope: { from: 'Desk-1' } }]);
    expect(temporal.cancelled).toEqual([TICKET]);
    expect(desk.hierarchy.children.infos).toEqual([]);
    temporal.started[0]?.end('cancelled');
    await temporal.pass(60_000);
    expect(signals()).toEqual([]);
  });

  it('whose item comes back before it was told joins by another link', async () => {
    await begin();
    temporal.answer(TICKET, 'held');
    list();
    await temporal.settle();
    list('t_1');
    await temporal.settle();
    temporal.answer(TICKET, 'taken');
    await temporal.settle();
    expect(signals()).toEqual(['cancel', 'parent']);
    expect(info()?.status).toBe('attaching');
    await notice('running', temporal.started[0]?.runId);
    expect(info()?.status).toBe('running');
    // It had heard that it was let go, and ends: the next one is the child.
    temporal.started[0]?.end('cancelled');
    await temporal.pass(1_000);
    expect([info()?.status, runs().length]).toEqual(['running', 2]);
  });

  it('whose item goes and comes back while it is started joins by another link', async () => {
    let go = (): void => {};
    temporal.startsLater = () => new Promise((resolve) => (go = resolve));
    await begin();
    expect(info()?.status).toBe('starting');
    list();
    list('t_1');
    go();
    await temporal.settle();
    expect([info()?.status, signals()]).toEqual(['attaching', ['parent']]);
    await notice('running', temporal.started[0]?.runId);
    expect([info()?.status, runs().length]).toEqual(['running', 1]);
  });

  it('goes on in the next run where it was', async () => {
    await begin();
    temporal.answer(TICKET, 'held');
    desk.hierarchy.children.tell('refresh');
    const next = desk.next({ managedPaths: paths });
    temporal.answer(TICKET, 'taken');
    await temporal.settle();
    expect([next.statuses, runs().length]).toEqual([{ [TICKET]: 'running' }, 1]);
    next.write('Ticket', 't_1', { title: 'b' });
    await temporal.settle();
    expect(signals()).toContain('update');
  });
});
