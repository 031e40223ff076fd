import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';
import { historiesOf } from '../support/history';
import { firstRunOf, toldBy } from '../support/told';

/** What a test expects a ticket to hold in the end. */
type Expected = Record<string, string>;

/** Tickets that stay; only these are told something directly. */
const STAYING = ['a', 'b', 'c', 'd', 'e'];

describe('the hierarchy under continue-as-new', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  const runsOf = async (workflowId: string): Promise<number> =>
    (await historiesOf(env.client, workflowId)).length;

  /** Says whether a workflow has not had this many runs yet. */
  const until = (
    { temporal }: { readonly temporal: WorkflowHandle },
    runs: number,
  ): (() => Promise<boolean>) => {
    const seen = new Set<string>();
    return async () => seen.add((await temporal.describe()).runId).size < runs;
  };

  /** Changes, adds and removes at the source, at the desk and at its tickets, all at once, for some rounds. */
  const storm = async (
    desk: TestDesk,
    tickets: Map<string, Expected>,
    goesOn: () => Promise<boolean>,
  ): Promise<void> => {
    const removed: string[] = [];
    for (let n = 1; await goesOn(); n++) {
      const at = (i: number): string => STAYING[(n + i) % STAYING.length] as string;
      const set = (name: string, fields: Expected): void => {
        tickets.set(name, { ...tickets.get(name), ...fields });
      };
      if (n % 4 === 0) set(removed.shift() ?? `new${n}`, { title: `T${n}` });
      if (n % 6 === 0) {
        const leaving = [...tickets.keys()].find((name) => !STAYING.includes(name));
        if (leaving !== undefined && tickets.delete(leaving)) removed.push(leaving);
      }
      set(at(0), { title: `T${n}` });
      set(at(1), { note: `N${n}` });
      set(at(2), { status: `S${n}` });
      desk.source.records = [...tickets].map(([name, { title }]) => desk.record(name, { title }));
      await Promise.all([
        desk.handle.temporal.signal('refresh'),
        desk.ticket(at(1)).temporal.signal('update', { entityName: 'Ticket', data: { note: `N${n}` } }),
        desk.handle.temporal.signal('update', {
          entityName: 'Ticket',
          data: { id: desk.idOf(at(2)), status: `S${n}` },
        }),
      ]);
      // Temporal lets no workflow continue while signals come faster than it can look.
      if (n % 3 === 0) await desk.handle.refresh();
    }
    await desk.handle.refresh();
  };

  /** Everything has arrived on both sides, once, and no ticket that stayed was ever started again. */
  const converged = async (desk: TestDesk, tickets: Map<string, Expected>): Promise<void> => {
    const names = [...tickets.keys()];
    await desk.settled(...names);
    for (const name of names) await desk.holds(name, tickets.get(name) as Expected);
    await eventually(async () =>
      expect((await desk.handle.data())?.tickets).toMatchObject(
        names.map((name) => ({ id: desk.idOf(name), ...tickets.get(name) })),
      ),
    );
    const parent = desk.handle.workflowId;
    for (const name of STAYING) {
      const child = desk.ticket(name).workflowId;
      const down = await toldBy(env.client, parent, child);
      const up = await toldBy(env.client, child, parent);
      // Each value is written once: what is told twice was applied twice, or came back as an echo.
      expect(down.length).toBeGreaterThan(0);
      expect(up.length).toBeGreaterThan(0);
      expect([...down, ...up].filter((line, i, all) => all.indexOf(line) !== i)).toEqual([]);
      await env.expectNeverWedged(child);
    }
    await env.expectNeverWedged(parent);
    expect(await desk.handle.rejectedSignals()).toMatchObject({ count: 0 });
  };

  const begun = async (
    workflow: Parameters<TestDesk['start']>[0],
  ): Promise<{ desk: TestDesk; tickets: Map<string, Expected>; firstRuns: () => Promise<string[]> }> => {
    const desk = new TestDesk(env);
    const tickets = new Map(STAYING.map((name): [string, Expected] => [name, { title: name }]));
    desk.source.records = STAYING.map((name) => desk.record(name));
    await desk.start(workflow);
    await desk.settled(...STAYING);
    const firstRuns = (): Promise<string[]> =>
      Promise.all(STAYING.map((name) => firstRunOf(env.client, desk.ticket(name).workflowId)));
    return { desk, tickets, firstRuns };
  };

  it('keeps the children of a parent that continues ten times, and every change', async () => {
    const { desk, tickets, firstRuns } = await begun('RestlessDeskWorkflow');
    const before = await firstRuns();
    await storm(desk, tickets, until(desk.handle, 11));
    await converged(desk, tickets);
    expect(await firstRuns()).toEqual(before);
    expect(await runsOf(desk.ticket('a').workflowId)).toBe(1);
  });

  it('keeps children that continue while changes go both ways', async () => {
    const { desk, tickets, firstRuns } = await begun('SteadyDeskWorkflow');
    const before = await firstRuns();
    await storm(desk, tickets, until(desk.ticket('a'), 4));
    await converged(desk, tickets);
    expect(await firstRuns()).toEqual(before);
    expect(await runsOf(desk.handle.workflowId)).toBe(1);
  });

  it('keeps both when both continue', async () => {
    const { desk, tickets, firstRuns } = await begun('RollingBothDeskWorkflow');
    const before = await firstRuns();
    const [child, parent] = [until(desk.ticket('a'), 4), until(desk.handle, 4)];
    await storm(desk, tickets, async () => [await child(), await parent()].includes(true));
    await converged(desk, tickets);
    expect(await firstRuns()).toEqual(before);
    expect(await runsOf(desk.handle.workflowId)).toBeGreaterThan(3);
  });
});
