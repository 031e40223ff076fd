import type { Client } from '@temporalio/client';
import type { WorkflowInfo } from '@temporalio/workflow';
import { describe, expect, it } from 'vitest';
import { ChildReports } from '../src/hierarchy/child-reports';
import { inBatches } from '../src/hierarchy/in-batches';
import { parentHistory } from '../src/hierarchy/parent-history';

function reporter(reports: ChildReports): (workflowId: string, what: string) => void {
  const { fn } = reports.sinks.children.report;
  return (workflowId, what) => void fn({ workflowId } as WorkflowInfo, what);
}

describe('ChildReports', () => {
  it('waits for the report of each, and takes no other one for it', async () => {
    const reports = new ChildReports();
    const report = reporter(reports);
    let ended = false;
    const timed = reports.time('begun', ['a', 'b'], 10_000, async () => {
      report('a', 'begun');
      report('a', 'begun');
      report('c', 'begun');
      report('b', 'secret:FIRST');
    });
    void timed.then(() => (ended = true));
    await new Promise(setImmediate);
    expect(ended).toBe(false);
    report('b', 'begun');
    expect(await timed).toBeGreaterThan(0);
  });

  it('says how many have not reported in time', async () => {
    const reports = new ChildReports();
    const report = reporter(reports);
    await expect(reports.time('begun', ['a', 'b', 'c'], 5, async () => report('a', 'begun'))).rejects.toThrow(
      '2 of 3 children, b among them, have not reported "begun" within 5 ms.',
    );
  });

  it('fails as what begins it fails', async () => {
    const reports = new ChildReports();
    const act = () => Promise.reject(new Error('no such parent'));
    await expect(reports.time('begun', ['a'], 10_000, act)).rejects.toThrow('no such parent');
  });
});

describe('parentHistory', () => {
  const at = (seconds: number) => ({ eventTime: { seconds, nanos: 500_000_000 } });
  const runs: Record<string, object[]> = {
    first: [
      { workflowExecutionStartedEventAttributes: { continuedExecutionRunId: '' } },
      { ...at(1), workflowExecutionSignaledEventAttributes: { signalName: 'data' } },
      { workflowTaskScheduledEventAttributes: {} },
      { workflowTaskCompletedEventAttributes: {} },
      { startChildWorkflowExecutionInitiatedEventAttributes: {} },
      { ...at(2), childWorkflowExecutionStartedEventAttributes: {} },
    ],
    last: [
      { workflowExecutionStartedEventAttributes: { continuedExecutionRunId: 'first' } },
      { signalExternalWorkflowExecutionInitiatedEventAttributes: {} },
      { ...at(3), externalWorkflowExecutionSignaledEventAttributes: {} },
    ],
  };
  const client = {
    workflow: {
      getHandle: (_: string, runId = 'last') => ({ fetchHistory: async () => ({ events: runs[runId] }) }),
    },
  } as unknown as Client;

  it('goes back over all runs', async () => {
    expect(await parentHistory(client, 'parent')).toEqual({
      events: 9,
      runs: 2,
      started: [2_500],
      delivered: [3_500],
      signalled: new Map([['data', 1_500]]),
      isSettled: true,
    });
  });

  it.each([
    'workflowTaskScheduledEventAttributes',
    'startChildWorkflowExecutionInitiatedEventAttributes',
    'signalExternalWorkflowExecutionInitiatedEventAttributes',
  ])('is not settled while something is under way: %s', async (attributes) => {
    runs['last']?.push({ [attributes]: {} });
    expect(await parentHistory(client, 'parent')).toMatchObject({ isSettled: false });
    runs['last']?.pop();
  });
});

describe('inBatches', () => {
  it('does a few at a time, and all of them', async () => {
    const done: number[] = [];
    let [running, most] = [0, 0];
    await inBatches([1, 2, 3, 4, 5], 2, async (item) => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      done.push(item);
    });
    expect([done, most]).toEqual([[1, 2, 3, 4, 5], 2]);
  });
});
