import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { historiesOf } from '../support/history';

describe('more children than the server lets one run have', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  /** How many tickets run; nobody works for them. */
  const running = async (): Promise<number> => {
    const { count } = await env.client.workflow.count(
      `TaskQueue = '${env.taskQueue}-tickets' AND ExecutionStatus = 'Running'`,
    );
    return count;
  };

  it('are started by several runs, each once', { timeout: 150_000 }, async () => {
    const desk = new TestDesk(env);
    const names = Array.from({ length: 2_100 }, (_, i) => `t${i}`);
    desk.source.records = names.map((name) => desk.record(name));
    await desk.start('CrowdedDeskWorkflow');
    await vi.waitFor(async () => expect(await running()).toBe(names.length), {
      timeout: 120_000,
      interval: 500,
    });
    await desk.settled(...names);
    const histories = await historiesOf(env.client, desk.handle.workflowId);
    const starts = histories.map(
      ({ events }) =>
        (events ?? []).filter((event) => event.startChildWorkflowExecutionInitiatedEventAttributes != null)
          .length,
    );
    expect(starts).toHaveLength(2);
    expect(starts.reduce((sum, count) => sum + count, 0)).toBe(names.length);
    await env.expectNeverWedged(desk.handle.workflowId);
  });
});
