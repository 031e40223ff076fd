import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIND_ENDED } from '../../src/hierarchy/activities';
import { TestDesk } from '../support/desk';
import { TestEnvironment, type WorkflowName } from '../support/environment';
import { eventually } from '../support/eventually';
import { type HistoryEvent, textOf } from '../support/history';
import { firstRunOf } from '../support/told';

describe('a child that a parent did not start in this run, and that cannot say how it ended', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  /** A desk with tickets that a run before has started. */
  const continued = async (workflow: WorkflowName): Promise<TestDesk> => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a'), desk.record('b')];
    await desk.start(workflow);
    await desk.settled('a', 'b');
    await roll(desk);
    await desk.settled('a', 'b');
    return desk;
  };

  /** Has the desk continue as new, without a word to its tickets. */
  const roll = async (desk: TestDesk): Promise<void> => {
    const { runId } = await desk.handle.temporal.describe();
    await eventually(async () => {
      await desk.handle.temporal.signal('nonsense');
      expect((await desk.handle.temporal.describe()).runId).not.toBe(runId);
    });
  };

  const terminate = async (desk: TestDesk, name: string): Promise<string> => {
    const first = await firstRunOf(env.client, desk.ticket(name).workflowId);
    await desk.ticket(name).temporal.terminate('by a test');
    return first;
  };

  const startedAnew = (desk: TestDesk, name: string, before: string): Promise<void> =>
    eventually(async () => {
      expect(await firstRunOf(env.client, desk.ticket(name).workflowId)).not.toBe(before);
      expect((await desk.ticket(name).status()).status).toBe('running');
    });

  const eventsOfRun = async ({ handle }: TestDesk): Promise<HistoryEvent[]> => {
    const { runId } = await handle.temporal.describe();
    return (await env.client.workflow.getHandle(handle.workflowId, runId).fetchHistory()).events ?? [];
  };

  const looksIn = (events: readonly HistoryEvent[]): HistoryEvent[] =>
    events.filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === FIND_ENDED);

  it('is started again once the worker has seen that it was terminated', async () => {
    const desk = await continued('WatchfulDeskWorkflow');
    const b = await firstRunOf(env.client, desk.ticket('b').workflowId);
    const a = await terminate(desk, 'a');
    await startedAnew(desk, 'a', a);
    await desk.holds('a', { title: 'a' });
    await desk.settled('a', 'b');
    // And so is the next one, of those that this run still does not follow. Another worker replays what happened.
    await env.stopWorkers();
    await env.startWorker();
    const last = await terminate(desk, 'b');
    expect(last).toBe(b);
    await startedAnew(desk, 'b', b);
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  it('is reported, where its path does not start it again', async () => {
    const desk = await continued('WatchfulOnceDeskWorkflow');
    await terminate(desk, 'a');
    await desk.eventually((children) =>
      expect(children.map(({ status }) => status)).toEqual(['cancelled', 'running']),
    );
  });

  it('is started again although the parent continues as new more often than there are looks', async () => {
    const desk = await continued('PatientWatchfulDeskWorkflow');
    const a = await terminate(desk, 'a');
    await eventually(async () => {
      await roll(desk);
      const [child] = await desk.handle.children();
      const first = await firstRunOf(env.client, desk.ticket('a').workflowId);
      expect(child?.status === 'running' && first === a).toBe(false);
    });
    await startedAnew(desk, 'a', a);
    await desk.settled('a', 'b');
  });

  it('is started again where another parent had started it', async () => {
    const [first, second] = [new TestDesk(env), new TestDesk(env)];
    const record = first.record('a');
    first.source.records = second.source.records = [record];
    await first.start('PatientDeskWorkflow');
    await first.settled('a');
    await second.start('WatchfulDeskWorkflow');
    await second.eventually((children) => expect(children).toMatchObject([{ status: 'running' }]));
    first.source.records = [];
    await first.handle.refresh({ acceptDeletions: true });
    await first.settled();
    const a = await terminate(first, 'a');
    await startedAnew(first, 'a', a);
    await second.eventually((children) => expect(children).toMatchObject([{ status: 'running' }]));
  });

  it('costs no history to look at, however often, and nothing where all were followed from their start', async () => {
    const desk = await continued('WatchfulDeskWorkflow');
    const seen = async (): Promise<{ readonly attempt: number; readonly events: number }> => {
      const { historyLength, raw } = await desk.handle.temporal.describe();
      return { attempt: raw.pendingActivities?.[0]?.attempt ?? 0, events: historyLength };
    };
    // By its answer all that had the desk continue is through; what a child still says on a busy machine may come later.
    await desk.handle.refresh();
    await eventually(async () => {
      const before = await seen();
      await eventually(async () => {
        const { attempt, events } = await seen();
        expect(attempt).toBeGreaterThanOrEqual(before.attempt + 3);
        expect(events).toBe(before.events);
      }, 10_000);
    });
    expect(looksIn(await eventsOfRun(desk))).toHaveLength(1);
    const fresh = new TestDesk(env);
    fresh.source.records = [fresh.record('a')];
    await fresh.start('WatchfulDeskWorkflow');
    await fresh.settled('a');
    // Not even what says that such looks are known.
    const events = await eventsOfRun(fresh);
    expect(looksIn(events)).toEqual([]);
    expect(textOf(events)).not.toContain('stateful-watched-children');
  });
});
