import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type TestCustomer, TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';
import type { History } from './support/history';

const MINUTE = 60_000;

describe('a run that was told to roll while code of its class waits', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  /** The history of a workflow that was told to roll, and has done what follows from that. */
  const rolled = async ({ handle }: TestCustomer): Promise<History> => {
    await handle.roll();
    const history = await eventually(async () => {
      const history = await handle.temporal.fetchHistory();
      const timer = history.events?.at(-1)?.timerStartedEventAttributes;
      expect(Number(timer?.startToFireTimeout?.seconds)).toBe(600);
      return history;
    });
    await handle.temporal.terminate();
    return history;
  };

  /** The history as it goes on when the timer that the roll has set fires: the run continues as new, and says nothing else. */
  const later = (history: History, ms: number): History => {
    const events = [...(history.events ?? [])];
    const last = events.at(-1);
    const { timerId } = last?.timerStartedEventAttributes ?? {};
    const at = (Number(last?.eventTime?.seconds) + 1) * 1_000 + ms;
    const eventTime = { seconds: Math.floor(at / 1_000), nanos: (at % 1_000) * 1_000_000 };
    const n = Number(last?.eventId);
    const { EventType } = temporal.api.enums.v1;
    const more = [
      {
        eventType: EventType.EVENT_TYPE_TIMER_FIRED,
        timerFiredEventAttributes: { timerId, startedEventId: n },
      },
      { eventType: EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, workflowTaskScheduledEventAttributes: {} },
      {
        eventType: EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
        workflowTaskStartedEventAttributes: { scheduledEventId: n + 2 },
      },
      {
        eventType: EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
        workflowTaskCompletedEventAttributes: { scheduledEventId: n + 2, startedEventId: n + 3 },
      },
      {
        eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
        workflowExecutionContinuedAsNewEventAttributes: { workflowTaskCompletedEventId: n + 4 },
      },
    ];
    return temporal.api.history.v1.History.fromObject({
      events: [...events, ...more.map((event, i) => ({ eventId: n + 1 + i, eventTime, ...event }))],
    });
  };

  const replayed = async (workflowId: string, history: History): Promise<string | undefined> => {
    const options = { workflowBundle: { codePath: inject('workflowBundle') } };
    for await (const { error } of Worker.runReplayHistories(options, [{ workflowId, history }]))
      return error?.message;
    throw new Error('Nothing was replayed.');
  };

  it('waits for a hook for ten minutes, and cuts it off then', async () => {
    const customer = env.customer('ApprovalWorkflow');
    await env.workflows('ApprovalWorkflow').start({ id: customer.id });
    await eventually(async () => expect(await customer.handle.temporal.query('cycles')).toHaveLength(1));
    const history = await rolled(customer);
    const { workflowId } = customer.handle;
    expect(await replayed(workflowId, later(history, 10 * MINUTE))).toBeUndefined();
    expect(await replayed(workflowId, later(history, 9 * MINUTE))).toMatch(
      /No command scheduled for event.*ContinuedAsNew/,
    );
  });

  it('waits for a handler as long', async () => {
    const customer = await env.loaded('WaitingWorkflow');
    const { temporal: handle, workflowId } = customer.handle;
    await handle.startUpdate('untilPlan', { args: ['never'], waitForStage: 'ACCEPTED' });
    const history = await rolled(customer);
    expect(await replayed(workflowId, later(history, 10 * MINUTE))).toBeUndefined();
    expect(await replayed(workflowId, later(history, 9 * MINUTE))).toMatch(
      /No command scheduled for event.*ContinuedAsNew/,
    );
  });
});
