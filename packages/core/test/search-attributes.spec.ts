import type { Client, Connection } from '@temporalio/client';
import {
  ApplicationFailure,
  type MetricGauge,
  type MetricMeter,
  type MetricTags,
  noopMetricMeter,
  type NumericMetricValueType,
} from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { SEARCH_ATTRIBUTES } from '../src/index';
import { StatusGauge } from '../src/worker/status-gauge';
import { TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';
import { eventsOf, historiesOf } from './support/history';
import { ScriptedFault } from './support/scripted-adapter';

let env: TestEnvironment;

beforeAll(async () => {
  env = await TestEnvironment.start();
});
afterAll(() => env.stop());

const KEYWORD = 2;

/** Has the server know the attributes, as the command does that the workflow names. */
async function create(client: Client): Promise<void> {
  const { operatorService } = client.connection as Connection;
  await operatorService.addSearchAttributes({
    namespace: client.options.namespace,
    searchAttributes: { StatefulStatus: KEYWORD, StatefulEntity: KEYWORD },
  });
}

/** What was told the server, upsert by upsert. */
async function told(workflowId: string): Promise<readonly string[]> {
  const events = await eventsOf(env.client, workflowId);
  return events.flatMap((event) => {
    const fields = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields;
    // The SDK lists the ids of patches in an attribute of its own.
    const ours = Object.entries(fields ?? {}).filter(([name]) => name.startsWith('Stateful'));
    return ours.length === 0
      ? []
      : ours
          .map(([name, { data }]) => `${name}=${Buffer.from(data ?? []).toString()}`)
          .toSorted()
          .join(' ');
  });
}

it('says what is wrong where the server does not know the attributes, and goes on', async () => {
  const { handle } = await env.loaded('ListedWorkflow');
  await eventually(async () =>
    expect((await handle.status()).problem).toMatch(
      /does not know StatefulStatus and StatefulEntity.*: temporal operator search-attribute create --name/,
    ),
  );
  expect(await handle.refresh()).toMatchObject({ outcome: 'unchanged' });
  expect((await handle.status()).status).toBe('running');
  expect(await told(handle.workflowId)).toEqual([]);
  await env.expectNeverWedged(handle.workflowId);
});

it('says so where the worker could not ask the server, and goes on', async () => {
  const other = await TestEnvironment.start({
    worker: {
      interceptors: {
        activity: [
          ({ info }) => ({
            inbound: {
              execute(input, next) {
                // As where the worker may not list workflows, once the server has said so for long enough.
                if (info.activityType === 'stateful.knowsSearchAttributes')
                  throw ApplicationFailure.nonRetryable('permission denied');
                return next(input);
              },
            },
          }),
        ],
      },
    },
  });
  try {
    const { handle } = await other.loaded('ListedWorkflow');
    await eventually(async () =>
      expect((await handle.status()).problem).toMatch(
        /could not be asked whether it knows StatefulStatus and StatefulEntity: permission denied/,
      ),
    );
    expect((await handle.status()).status).toBe('running');
    await other.expectNeverWedged(handle.workflowId);
  } finally {
    await other.stop();
  }
});

it('lists a workflow by its status, and tells the server no more than changes of it', async () => {
  await create(env.client);
  // What the worker was told before holds for a minute: this one is another.
  const other = await TestEnvironment.start();
  try {
    const { id, handle, profile } = other.customer('ListedWorkflow');
    await other.workflows('ListedWorkflow').ensure({ id });
    const isTold = (...upserts: string[]) =>
      eventually(async () => expect(await told(handle.workflowId)).toEqual(upserts));
    const begun = 'StatefulEntity="Customer" StatefulStatus="running"';
    await isTold(begun);
    await handle.refresh();
    profile.faults.push(new ScriptedFault('unauthorized'));
    await handle.refresh();
    await isTold(begun, 'StatefulStatus="unauthorized"');
    await eventually(async () => {
      const { status, entity } = SEARCH_ATTRIBUTES;
      const query = `StatefulStatus = 'unauthorized' AND StatefulEntity = 'Customer' AND WorkflowId = '${handle.workflowId}'`;
      const found: unknown[] = [];
      for await (const { typedSearchAttributes: known } of other.client.workflow.list({ query }))
        found.push([known.get(status), known.get(entity)]);
      expect(found).toEqual([['unauthorized', 'Customer']]);
    });

    // The next run has them, and asks nobody.
    const { runId } = await handle.temporal.describe();
    await handle.roll();
    await eventually(async () => expect((await handle.temporal.describe()).runId).not.toBe(runId));
    await handle.refresh();
    await isTold(begun, 'StatefulStatus="unauthorized"', 'StatefulStatus="running"');
    const events = await eventsOf(other.client, handle.workflowId);
    const asked = events.filter(
      ({ activityTaskScheduledEventAttributes: activity }) =>
        activity?.activityType?.name === 'stateful.knowsSearchAttributes',
    );
    expect(asked).toHaveLength(1);
    await other.expectNeverWedged(handle.workflowId);
  } finally {
    await other.stop();
  }
});

it('sends nothing of it where the class does not want it', async () => {
  const { handle } = await env.loaded();
  const events = await eventsOf(env.client, handle.workflowId);
  expect(await told(handle.workflowId)).toEqual([]);
  const activities = events.flatMap(
    ({ activityTaskScheduledEventAttributes: activity }) => activity?.activityType?.name ?? [],
  );
  expect(activities).not.toContain('stateful.knowsSearchAttributes');
});

it('sends nothing of it in a run that began before the class wanted it', async () => {
  const { handle } = await env.loaded();
  await handle.refresh();
  const [history] = await historiesOf(env.client, handle.workflowId);
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  if (started) started.workflowType = { name: 'ListedWorkflow' };
  const { workflowId } = handle;
  const results = Worker.runReplayHistories({ workflowBundle: { codePath: inject('workflowBundle') } }, [
    { workflowId, history },
  ]);
  let replayed = 0;
  for await (const { error } of results) {
    expect(error?.message).toBeUndefined();
    replayed += 1;
  }
  expect(replayed).toBe(1);
});

it('is counted by status for a metric of the worker', async () => {
  const other = await TestEnvironment.start();
  try {
    const { client, taskQueue } = other;
    for (let n = 0; n < 2; n++) await other.loaded('ListedWorkflow');
    const { handle } = await other.loaded('ListedWorkflow');
    await handle.pause();
    const said: Record<string, unknown> = {};
    const warnings: string[] = [];
    const gauge = new StatusGauge({
      client,
      taskQueue,
      meter: Object.assign(Object.create(noopMetricMeter) as MetricMeter, {
        createGauge: (name: string, valueType: NumericMetricValueType = 'int'): MetricGauge => ({
          kind: 'gauge',
          name,
          valueType,
          set: (value: number, tags?: MetricTags) =>
            void (said[`${name}/${tags?.['status']}/${tags?.['task_queue']}`] = value),
          withTags: () => expect.fail('tags go with each value'),
        }),
      }),
      log: { warn: (message) => void warnings.push(message) },
    });
    await eventually(async () => {
      await gauge.look();
      const counted = (status: string): unknown => said[`stateful_workflow_workflows/${status}/${taskQueue}`];
      expect(['running', 'paused', 'degraded', 'unauthorized'].map(counted)).toEqual([2, 1, 0, 0]);
    });
    expect(warnings).toEqual([]);
  } finally {
    await other.stop();
  }
});
