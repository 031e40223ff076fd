import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';
import type { Ended } from '../workflows';

describe("a parent's code hears of a child", () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  const begun = async (): Promise<TestDesk> => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a'), desk.record('b')];
    await desk.start('HearingDeskWorkflow');
    await desk.settled('a', 'b');
    return desk;
  };
  const continued = async ({ handle }: TestDesk): Promise<void> => {
    const { runId } = await handle.temporal.describe();
    await eventually(async () => {
      await Promise.all(Array.from({ length: 4 }, () => handle.temporal.signal('nonsense')));
      expect((await handle.temporal.describe()).runId).not.toBe(runId);
    });
  };
  const ended = async ({ handle }: TestDesk): Promise<Ended> => (await handle.data()) as Ended;
  /** Waits until hook and cycle have heard of these ends, in this order. */
  const hears = (desk: TestDesk, ...ends: readonly object[]): Promise<void> =>
    eventually(async () => {
      const { heard, executed } = await ended(desk);
      const expected = ends.map((end) => ({ entityName: 'Ticket', path: 'tickets', ...end }));
      expect({ heard, executed }).toEqual({ heard: expected, executed: expected });
    });
  const of = (desk: TestDesk, name: string): object => ({
    workflowId: desk.ticket(name).workflowId,
    id: desk.idOf(name),
  });

  it('that completed, with its result, once; and a cycle runs', async () => {
    const desk = await begun();
    await desk.ticket('a').complete();
    const result = { id: desk.idOf('a'), title: 'a' };
    await hears(desk, { ...of(desk, 'a'), status: 'completed', result });
    expect((await ended(desk)).cycles).toContain('childEnded');
    await continued(desk);
    await desk.ticket('b').complete();
    await hears(
      desk,
      { ...of(desk, 'a'), status: 'completed', result },
      // The run that began has not started it: its last data is with the item.
      { ...of(desk, 'b'), status: 'completed' },
    );
    expect(await desk.handle.dataOf('Ticket', desk.idOf('b'))).toMatchObject({ title: 'b' });
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  it('that failed, was cancelled or terminated, as Temporal says it', async () => {
    const desk = await begun();
    await desk.ticket('b').temporal.terminate('by a test');
    await hears(desk, { ...of(desk, 'b'), status: 'terminated', error: expect.any(String) as string });
    const failed = { ...of(desk, 'a'), status: 'failed', error: 'the title is bad' };
    await desk.ticket('a').temporal.signal('update', { entityName: 'Ticket', data: { title: 'bad' } });
    await eventually(async () => expect((await ended(desk)).executed?.at(-1)).toMatchObject(failed));
    await eventually(async () =>
      expect((await desk.handle.children())[1]).toMatchObject({ status: 'running' }),
    );
    await desk.ticket('b').cancel();
    const { workflowId } = desk.ticket('b');
    await eventually(async () =>
      expect((await ended(desk)).executed?.at(-1)).toMatchObject({ workflowId, status: 'cancelled' }),
    );
    expect((await ended(desk)).heard).toHaveLength(3);
  });

  it('that was terminated, also where Temporal tells it no more', async () => {
    const desk = await begun();
    await continued(desk);
    await desk.ticket('a').temporal.terminate('by a test');
    desk.source.records = [desk.record('a', { title: 'since' }), desk.record('b')];
    await desk.handle.refresh();
    await hears(desk, { ...of(desk, 'a'), status: 'terminated' });
    await desk.settled('a', 'b');
  });

  it('but not of one whose item went', async () => {
    const desk = await begun();
    desk.source.records = [desk.record('b')];
    await desk.handle.refresh({ acceptDeletions: true });
    await desk.closed('a');
    await desk.ticket('b').complete();
    await hears(desk, {
      ...of(desk, 'b'),
      status: 'completed',
      result: { id: desk.idOf('b'), title: 'b' },
    });
  });

  it('once, also when execute() has to wait for a source, and the workflow continues as new meanwhile', async () => {
    const desk = await begun();
    desk.source.faults.push(...Array.from({ length: 1_000 }, () => new Error('down')));
    await desk.ticket('a').complete();
    const result = { id: desk.idOf('a'), title: 'a' };
    const end = { entityName: 'Ticket', path: 'tickets', ...of(desk, 'a'), status: 'completed' };
    await eventually(async () => expect((await ended(desk)).heard).toEqual([{ ...end, result }]));
    await continued(desk);
    expect(await ended(desk)).not.toHaveProperty('executed');
    desk.source.faults.length = 0;
    await desk.handle.refresh();
    await eventually(async () => expect((await ended(desk)).executed).toEqual([end]));
    expect((await ended(desk)).heard).toHaveLength(1);
    await env.expectNeverWedged(desk.handle.workflowId);
  });
});
