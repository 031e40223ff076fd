import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDesk } from './support/desk';
import { type TestCustomer, TestEnvironment } from './support/environment';
import { eventually, eventuallyEqual } from './support/eventually';
import { historiesOf } from './support/history';
import { testSecrets } from './support/secrets';

/** What the workflows of this file set as `maxHistoryEvents`. */
const MOST_EVENTS = 60;

describe('continue-as-new is not put off beyond twice its bound', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ secrets: [testSecrets()] });
  });
  afterAll(() => env.stop());

  const lengths = async (workflowId: string): Promise<number[]> =>
    (await historiesOf(env.client, workflowId)).map(({ events }) => events?.length ?? 0);

  /** Keeps up traffic until a workflow has come to so many runs, and looks how long each was. */
  const expectBounded = async (
    workflowId: string,
    traffic: readonly (() => Promise<unknown>)[],
    runs = 4,
    mostEvents = MOST_EVENTS,
  ): Promise<void> => {
    let isOver = false;
    const busy = Promise.allSettled(
      traffic.map(async (send) => {
        while (!isOver) await send();
      }),
    );
    try {
      await eventually(async () => {
        const all = await lengths(workflowId);
        expect(Math.max(...all)).toBeLessThanOrEqual(2 * mostEvents);
        expect(all.length).toBeGreaterThanOrEqual(runs);
      });
    } finally {
      isOver = true;
      for (const { status, ...rest } of await busy) expect(rest, status).not.toHaveProperty('reason');
    }
    expect(Math.max(...(await lengths(workflowId)))).toBeLessThanOrEqual(2 * mostEvents);
    await env.expectNeverWedged(workflowId);
  };

  /** A workflow whose loads take a while. */
  const slow = async (ms: number): Promise<TestCustomer> => {
    const customer = await env.loaded('BriefWorkflow');
    customer.profile.onLoad = async ({ signal }) => delay(ms, undefined, { signal });
    return customer;
  };
  let n = 0;
  /** A change, and a moment: what comes within one workflow task cannot be bounded by looking at its history. */
  const change = async ({ handle }: TestCustomer): Promise<void> => {
    await handle.temporal.signal('update', { entityName: 'Customer', data: { plan: `plan ${++n}` } });
    await delay(200);
  };

  it('by a client that refreshes back to back and a stream of changes', async () => {
    const customer = await slow(500);
    await expectBounded(customer.handle.workflowId, [
      async () => expect(await customer.handle.refresh()).toMatchObject({ outcome: 'unchanged' }),
      () => change(customer),
    ]);
  });

  it('by clients that refresh back to back, and one that changes things as fast as it can', async () => {
    const customer = await slow(20);
    const refresh = (): Promise<unknown> => customer.handle.refresh();
    const update = async (): Promise<void> => {
      await customer.handle.update({ entityName: 'Customer', data: { plan: `plan ${++n}` } });
    };
    await expectBounded(customer.handle.workflowId, [refresh, refresh, refresh, update]);
  });

  it('by a storm: several clients that refresh back to back, and one that sends many changes', async () => {
    const customer = env.customer('RoomyWorkflow');
    await env.workflows('RoomyWorkflow').ensure({ id: customer.id });
    customer.profile.onLoad = async ({ signal }) => delay(100, undefined, { signal });
    const { handle } = customer;
    const refresh = (): Promise<unknown> => handle.refresh();
    const send = async (): Promise<void> => {
      await handle.temporal.signal('update', { entityName: 'Customer', data: { plan: `plan ${++n}` } });
      await delay(20);
    };
    await expectBounded(handle.workflowId, [refresh, refresh, refresh, send], 4, 200);
  });

  it('by tokens that follow each other faster than a load ends', async () => {
    const customer = await slow(1_000);
    await expectBounded(customer.handle.workflowId, [
      async () => {
        await customer.handle.temporal.signal('apiToken', n++ % 2 ? 'secret:FIRST' : 'secret:SECOND');
        await delay(200);
      },
    ]);
  });

  it('by changes that a watch brings', async () => {
    const customer = await env.loaded('BriefWatchingWorkflow');
    await expectBounded(
      customer.handle.workflowId,
      [
        async () => {
          customer.profile.records = [{ id: customer.id, name: `Name ${++n}` }];
          await change(customer);
        },
      ],
      3,
    );
  });

  it('by children that change all the time', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a'), desk.record('b')];
    await desk.start('BriefDeskWorkflow');
    await desk.settled('a', 'b');
    const note = (name: string) => async (): Promise<void> => {
      await desk.ticket(name).update({ entityName: 'Ticket', data: { note: `note ${++n}` } });
      await delay(50);
    };
    const refresh = (): Promise<unknown> => desk.handle.refresh();
    await expectBounded(desk.handle.workflowId, [note('a'), note('b'), refresh]);
  });

  it('by children that change all the time, hooks that take a while, and who waits for loads meanwhile', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a'), desk.record('b'), desk.record('c')];
    await desk.start('BriefSlowDeskWorkflow');
    await desk.settled('a', 'b', 'c');
    const note = (name: string) => async (): Promise<void> => {
      await desk.ticket(name).update({ entityName: 'Ticket', data: { note: `note ${++n}` } });
      await delay(200);
    };
    const refresh = (): Promise<unknown> => desk.handle.refresh();
    await expectBounded(desk.handle.workflowId, [note('a'), note('b'), note('c'), refresh], 3, 120);
  });

  it('by an onContinue() that does not end', async () => {
    const customer = await env.loaded('ClingingWorkflow');
    await expectBounded(customer.handle.workflowId, [() => change(customer)], 3);
  });

  it('by a load that takes longer than the history lasts: it begins anew in each run, and that shows', async () => {
    const customer = await env.loaded('BriefWorkflow');
    const { handle } = customer;
    const gates = Array.from({ length: 10 }, () => customer.profile.hold());
    await handle.temporal.signal('refresh');
    await expectBounded(handle.workflowId, [() => change(customer)], 3);
    // It is shown as soon as it has happened once, and lasts when a run was not enough that had all of it for the load.
    await eventually(async () =>
      expect(await handle.status()).toMatchObject({
        status: 'degraded',
        problem: expect.stringMatching(
          /The load was cut off in the last \d+ runs.*raise maxHistoryEvents/,
        ) as unknown,
      }),
    );
    // What was cut off is asked for again by itself, and ends when there is time for it.
    customer.profile.records = [{ id: customer.id, name: 'At last' }];
    for (const gate of gates) gate.release();
    // By that one, or by the one that it waits for.
    expect(await handle.refresh()).toMatchObject({ outcome: expect.stringMatching(/changed/) as unknown });
    expect(await handle.data()).toMatchObject({ name: 'At last' });
    expect(await handle.status()).toMatchObject({ status: 'running' });
    expect(await handle.status()).not.toHaveProperty('problem');
  });

  it.each(['deaf', 'swallowing'])(
    'by a loadData() that does not hear of its cancellation: %s',
    async (plan) => {
      const customer = env.customer('BriefOwnWaysWorkflow');
      customer.profile.records = [{ id: customer.id, name: 'Ada', plan }];
      await env.workflows('BriefOwnWaysWorkflow').start({ id: customer.id });
      await expectBounded(customer.handle.workflowId, [() => change(customer)], 2);
    },
  );

  it('by an execute() that does not hear of its cancellation', async () => {
    const customer = env.customer('RollingApprovalWorkflow');
    customer.profile.records = [{ id: customer.id, name: 'Ada', plan: 'deaf' }];
    await env.workflows('RollingApprovalWorkflow').start({ id: customer.id });
    await expectBounded(customer.handle.workflowId, [() => change(customer)], 2);
  });

  describe('by a handler of the class', () => {
    const waiting = async (
      workflow: 'WaitingWorkflow' | 'BriefWaitingWorkflow' | 'RoomyWaitingWorkflow' = 'WaitingWorkflow',
    ): Promise<TestCustomer & { result: Promise<string> }> => {
      const customer = await env.loaded(workflow);
      const { temporal } = customer.handle;
      const update = await temporal.startUpdate<string, [string], 'ACCEPTED'>('untilPlan', {
        args: ['gold'],
        waitForStage: 'ACCEPTED',
      });
      const result = update.result();
      result.catch(() => {});
      return { ...customer, result };
    };
    const until = async ({ handle }: TestCustomer, events: number): Promise<void> => {
      await eventually(async () => {
        await handle.temporal.signal('nonsense');
        expect((await handle.temporal.describe()).historyLength).toBeGreaterThan(events);
      });
    };
    const detailsOf = async ({ handle }: TestCustomer): Promise<string> =>
      JSON.stringify(await handle.temporal.query('__temporal_workflow_metadata'));

    it('that waits for what a load brings: the loads go on, and it is answered before', async () => {
      const customer = await waiting();
      const { handle, profile, id, result } = customer;
      await until(customer, MOST_EVENTS);
      profile.records = [{ id, name: 'Ada', plan: 'gold' }];
      await handle.temporal.signal('refresh');
      expect(await result).toBe('gold');
      await eventuallyEqual(async () => (await lengths(handle.workflowId)).length, 2);
      await env.expectNeverWedged(handle.workflowId);
    });

    it('that waits for what a load brings, with hardly any room for it', async () => {
      const customer = await waiting('BriefWaitingWorkflow');
      const { handle, profile, id, result } = customer;
      await until(customer, 40);
      profile.records = [{ id, name: 'Ada', plan: 'gold' }];
      await handle.temporal.signal('refresh');
      expect(await result).toBe('gold');
      await eventuallyEqual(async () => (await lengths(handle.workflowId)).length, 2);
    });

    it('that waits: the details and the status say what it is put off by', async () => {
      const customer = await waiting();
      const { handle, profile, id, result } = customer;
      expect(await handle.status()).toMatchObject({ status: 'running' });
      expect(await handle.status()).not.toHaveProperty('problem');
      await until(customer, MOST_EVENTS);
      const problem = expect.stringMatching(
        /due since event 60, and a signal or update handler .* event 105/,
      );
      expect(await handle.status()).toMatchObject({ status: 'degraded', problem });
      expect(await detailsOf(customer)).toContain('Continue-as-new has been due since event 60');
      expect(await handle.refresh()).toMatchObject({ outcome: 'unchanged' });
      // Nobody may wait for an answer when the connection is closed: its next try would fail another test.
      profile.records = [{ id, name: 'Ada', plan: 'gold' }];
      await handle.temporal.signal('refresh');
      expect(await result).toBe('gold');
    });

    it('that never ends: the run ends without it, and its caller hears of it', async () => {
      // With 60 events what comes of a sudden on a busy machine can pass twice that.
      const customer = await waiting('RoomyWaitingWorkflow');
      const { handle, result } = customer;
      await expectBounded(handle.workflowId, [() => change(customer), () => change(customer)], 2, 120);
      const error = (await result.catch((thrown: unknown) => thrown)) as WorkflowUpdateFailedError;
      expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
      expect(error.cause).toMatchObject({ type: 'AcceptedUpdateCompletedWorkflow' });
      expect(await handle.status()).toMatchObject({ status: 'running' });
      expect(await handle.refresh()).toMatchObject({ outcome: 'unchanged' });
    });
  });
});
