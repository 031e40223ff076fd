import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDesk } from '../support/desk';
import { TestEnvironment, type WorkflowName } from '../support/environment';
import { eventually } from '../support/eventually';
import { historiesOf } from '../support/history';
import { scale } from '../support/scale';

describe('a workflow that is reset', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  const begun = async (workflow: WorkflowName = 'LongDeskWorkflow'): Promise<TestDesk> => {
    const desk = new TestDesk(env);
    desk.source.records = [
      desk.record('a', { comments: [{ id: desk.idOf('k'), text: 'x' }] }),
      desk.record('b'),
    ];
    await desk.start(workflow);
    await desk.settled('a', 'b');
    return desk;
  };

  /** Both change several times, and hear of it. */
  const exchange = async (desk: TestDesk, round: string, other = 'b'): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      const [title, note] = [`title ${round}${i}`, `note ${round}${i}`];
      const comments = [{ id: desk.idOf('k'), text: title }];
      desk.source.records = [desk.record('a', { title, comments }), desk.record(other)];
      await desk.handle.refresh();
      await desk.ticket('a').update({ entityName: 'Ticket', data: { note } });
      await inStep(desk, { title, note, comments: [{ text: title }] });
    }
  };

  const inStep = async (desk: TestDesk, fields: Readonly<Record<string, unknown>>): Promise<void> => {
    await desk.holds('a', fields);
    await eventually(async () => expect((await desk.handle.data())?.tickets?.[0]).toMatchObject(fields));
  };

  /** Resets a workflow to one of its tasks, counted from its beginning. */
  const reset = async (workflowId: string, task: number): Promise<void> => {
    const { client } = env;
    const handle = client.workflow.getHandle(workflowId);
    const { runId } = await handle.describe();
    const { events = [] } = await handle.fetchHistory();
    const tasks = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
    await client.workflowService.resetWorkflowExecution({
      namespace: client.options.namespace,
      workflowExecution: { workflowId, runId },
      reason: 'by a test',
      requestId: randomUUID(),
      workflowTaskFinishEventId: tasks.at(task)?.eventId,
    });
    expect((await handle.describe()).runId).not.toBe(runId);
  };

  const inStepAgain = async (desk: TestDesk, other = 'b'): Promise<void> => {
    await exchange(desk, 'after ', other);
    // Another worker replays what happened.
    await env.stopWorkers();
    await env.startWorker();
    await exchange(desk, 'replayed ', other);
    await desk.settled('a', other);
    await env.expectNeverWedged(desk.handle.workflowId);
    await env.expectNeverWedged(desk.ticket('a').workflowId);
  };

  const PARENT = (desk: TestDesk): string => desk.handle.workflowId;
  const CHILD = (desk: TestDesk): string => desk.ticket('a').workflowId;

  const short = [
    ['parent', 'a moment in between', PARENT, 4],
    ['child', 'its beginning', CHILD, 0],
  ] as const;
  const full = [
    ['parent', 'its beginning', PARENT, 0],
    ['parent', 'just now', PARENT, -2],
    ['child', 'a moment in between', CHILD, 3],
    ['child', 'just now', CHILD, -2],
  ] as const;

  it.each([...short, ...full.slice(0, scale(full.length, 0))])(
    'comes to hold what the others do: a %s, to %s',
    async (_, __, which, task) => {
      const desk = await begun();
      await exchange(desk, 'before ');
      await reset(which(desk), task);
      await inStepAgain(desk);
    },
  );

  const later = [
    ['parent', PARENT],
    ['child', CHILD],
  ] as const;

  it.each(later.slice(0, scale(later.length, 1)))(
    'so it does where the run was not the first: a %s, to its beginning',
    async (_, which) => {
      const desk = await begun('RollingBothDeskWorkflow');
      await exchange(desk, 'before ');
      await eventually(async () => {
        await exchange(desk, `${Math.random()} `);
        for (const id of [PARENT(desk), CHILD(desk)])
          expect((await historiesOf(env.client, id)).length).toBeGreaterThan(1);
      });
      await reset(which(desk), 0);
      await inStepAgain(desk);
    },
  );

  it('has forgotten items that came, and those that went: the list of its source counts', async () => {
    const desk = await begun();
    desk.source.records = [desk.record('a'), desk.record('c')];
    await desk.handle.refresh();
    await desk.settled('a', 'c');
    expect(await desk.closed('b')).toBe('CANCELLED');
    await reset(PARENT(desk), 1);
    await desk.settled('a', 'c');
    await eventually(async () => expect(await desk.closed('b')).toBe('CANCELLED'));
    await desk.holds('c', { title: 'c' });
    await inStepAgain(desk, 'c');
  });

  it('lets a child go that it has forgotten, and whose item has gone since', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a')];
    await desk.start('WatchedDeskWorkflow');
    await desk.settled('a');
    desk.source.records = [desk.record('a'), desk.record('b')];
    await desk.handle.refresh();
    await desk.settled('a', 'b');
    desk.source.records = [desk.record('a')];
    await reset(PARENT(desk), 0);
    expect(await desk.closed('b')).toBe('CANCELLED');
    await desk.settled('a');
    expect((await desk.ticket('a').temporal.describe()).status.name).toBe('RUNNING');
  });

  it('has a subscriber hear of what it says from then on', async () => {
    const [desk, listener] = [await begun(), new TestDesk(env)];
    await listener.start('DeskWorkflow');
    const to = { workflowId: listener.handle.workflowId, selector: 'Ticket' };
    await desk.handle.subscribe({ ...to, subscriptionId: 's_1', signalName: 'update' });
    const heard = (title: string): Promise<void> =>
      eventually(async () =>
        expect((await listener.handle.state())['Ticket']).toHaveProperty([desk.idOf('a'), 'title'], title),
      );
    for (const title of ['one', 'two', 'three']) {
      desk.source.records = [desk.record('a', { title }), desk.record('b')];
      await desk.handle.refresh();
      await heard(title);
    }
    await reset(PARENT(desk), 2);
    desk.source.records = [desk.record('a', { title: 'four' }), desk.record('b')];
    await desk.handle.refresh();
    await heard('four');
  });
});
