import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestDesk, type TicketRecord } from '../support/desk';
import { TestEnvironment, type WorkflowName } from '../support/environment';
import { eventually } from '../support/eventually';
import { eventsOf } from '../support/history';
import { scale } from '../support/scale';
import { WorkerProcess } from '../support/worker-process';

/** Long fan-outs take their time on a small machine. */
const PATIENCE = { timeout: 100_000, interval: 500 };

describe('a worker killed in the middle of a fan-out', () => {
  let env: TestEnvironment;
  const workers: WorkerProcess[] = [];
  let records: readonly TicketRecord[] = [];
  beforeEach(async () => {
    env = await TestEnvironment.start({ started: false });
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.kill()));
    await env.stop();
  });

  const newWorker = async (): Promise<WorkerProcess> => {
    const worker = new WorkerProcess(env.taskQueue, () => ({ records, last: true }));
    workers.push(worker);
    await worker.ready;
    return worker;
  };

  /** How many executions there are on the task queue: the desk's, and its tickets' with all their runs. */
  const count = async (): Promise<number> =>
    (await env.client.workflow.count(`TaskQueue STARTS_WITH '${env.taskQueue}'`)).count;

  const deskOf = (size: number): { desk: TestDesk; names: string[] } => {
    const desk = new TestDesk(env);
    const names = Array.from({ length: size }, (_, i) => `t${i}`);
    records = names.map((name) => desk.record(name));
    return { desk, names };
  };

  const settled = async (desk: TestDesk, names: readonly string[]): Promise<void> => {
    const expected = names.map((name) => `${desk.ticket(name).workflowId} running`).toSorted();
    await vi.waitFor(async () => {
      const children = await desk.handle.children();
      expect(children.map(({ workflowId, status }) => `${workflowId} ${status}`).toSorted()).toEqual(
        expected,
      );
    }, PATIENCE);
  };

  it.each<[number, string, WorkflowName]>([
    // Nobody works for these tickets: it is about the desk.
    [scale(500, 100), 'all at once', 'UnstaffedDeskWorkflow'],
    [scale(500, 60), 'few at a time', 'GradualDeskWorkflow'],
  ])('of %i starts, %s: each child exists once', { timeout: 240_000 }, async (size, _, workflow) => {
    const first = await newWorker();
    const { desk, names } = deskOf(size);
    await desk.start(workflow);
    await vi.waitFor(async () => expect(await count()).toBeGreaterThan(size / 8), PATIENCE);
    expect(await count()).toBeLessThan(size + 1);
    await first.kill();
    await newWorker();
    await vi.waitFor(async () => expect(await count()).toBe(size + 1), PATIENCE);
    await settled(desk, names);
    expect(await count()).toBe(size + 1);
    const seen = new Set<string>();
    for await (const { workflowId } of env.client.workflow.list({
      query: `TaskQueue STARTS_WITH '${env.taskQueue}' AND WorkflowType = 'TicketWorkflow'`,
    }))
      seen.add(workflowId);
    expect([...seen].toSorted()).toEqual(names.map((name) => desk.ticket(name).workflowId).toSorted());
    expect((await desk.handle.data())?.tickets).toHaveLength(size);
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  it('of a token to many children: each gets it', { timeout: 240_000 }, async () => {
    const size = scale(200, 40);
    const first = await newWorker();
    const { desk, names } = deskOf(size);
    await desk.start('DeskWorkflow');
    await settled(desk, names);
    await desk.handle.temporal.signal('apiToken', 'secret:SECOND');
    // The server has some of the signals, and the worker is at work on others.
    const sent = async (): Promise<number> => {
      const events = await eventsOf(env.client, desk.handle.workflowId);
      return events.filter((event) => event.externalWorkflowExecutionSignaledEventAttributes != null).length;
    };
    await vi.waitFor(async () => expect(await sent()).toBeGreaterThan(0), { ...PATIENCE, interval: 20 });
    await first.kill();
    await desk.handle.temporal.signal('apiToken', 'secret:THIRD');
    await newWorker();
    const waiting = new Set(names);
    await vi.waitFor(async () => {
      for (const name of waiting) {
        expect(await desk.ticket(name).apiToken()).toMatchObject({ reference: 'secret:THIRD' });
        waiting.delete(name);
      }
    }, PATIENCE);
    await eventually(async () => expect(await desk.handle.children()).toHaveLength(size));
    await env.expectNeverWedged(desk.handle.workflowId);
  });
});
