import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../src/index';
import { backoff, interval, type RefreshPolicy, refreshTimes } from '../src/workflow/refresh';
import { SourceState } from '../src/workflow/source-state';
import { TestEnvironment, type TestCustomer, type WorkflowName } from './support/environment';
import { eventually } from './support/eventually';
import { eventsOf, taskFailures } from './support/history';
import { timersOf } from './support/loads';
import { ScriptedFault } from './support/scripted-adapter';
import { scripted } from './workflows/sources';

const DAY_SECONDS = 24 * 60 * 60;

describe('refresh policies', () => {
  describe('what is declared', () => {
    it('is read in milliseconds, with defaults', () => {
      expect(refreshTimes()).toEqual({ every: undefined, max: 0, watch: false, staleAfter: 0, jitter: 0.1 });
      expect(refreshTimes({ every: '1 minute', staleAfter: 500, jitter: 0, watch: true })).toEqual({
        every: 60_000,
        max: 60_000,
        watch: true,
        staleAfter: 500,
        jitter: 0,
      });
      expect(refreshTimes({ every: { min: '5 seconds', max: '5 minutes' } })).toMatchObject({
        every: 5_000,
        max: 300_000,
      });
    });

    it.each<[RefreshPolicy, string, string]>([
      [{ every: 'now and then' }, 'refresh.every', 'is not a duration'],
      [{ every: -1 }, 'refresh.every', 'is not a duration'],
      [{ every: NaN }, 'refresh.every', 'is not a duration'],
      [{ every: 50 }, 'refresh.every', 'is shorter than 100 ms'],
      [{ every: 0 }, 'refresh.every', 'is shorter than 100 ms'],
      [{ every: { min: 'soon', max: '1 minute' } }, 'refresh.every.min', 'is not a duration'],
      [{ every: { min: '1 minute', max: 'late' } }, 'refresh.every.max', 'is not a duration'],
      [
        { every: { min: '1 minute', max: '1 second' } },
        'refresh.every.max',
        'is shorter than refresh.every.min',
      ],
      [{ watch: true }, 'refresh.every', 'is missing, and refresh.watch needs it'],
      [{ every: '1 minute', staleAfter: 'old' }, 'refresh.staleAfter', 'is not a duration'],
      [{ every: '1 minute', jitter: -0.1 }, 'refresh.jitter', 'is not a number from 0 to 1'],
      [{ every: '1 minute', jitter: 1.1 }, 'refresh.jitter', 'is not a number from 0 to 1'],
      [{ every: '1 minute', jitter: NaN }, 'refresh.jitter', 'is not a number from 0 to 1'],
    ])('%j is refused, and says where and what', (policy, field, reason) => {
      expect(() => refreshTimes(policy)).toThrow(InvalidInputError);
      expect(() => refreshTimes(policy)).toThrow(
        expect.objectContaining({ field, message: expect.stringContaining(`${field}: `) }),
      );
      expect(() => refreshTimes(policy)).toThrow(reason);
    });

    it.each([
      [{ maximumAttempts: 0 }, 'sources.profile.maximumAttempts'],
      [{ maximumAttempts: 1.5 }, 'sources.profile.maximumAttempts'],
      [{ timeout: 'long' }, 'sources.profile.timeout'],
      [{ deadline: 'some day' }, 'sources.profile.deadline'],
    ])('a source with %j is refused, and says where', (options, field) => {
      expect(() => new SourceState('profile', scripted('profile', options), undefined)).toThrow(
        expect.objectContaining({ code: 'INPUT_INVALID', field }),
      );
    });
  });

  describe('an interval', () => {
    const times = refreshTimes({ every: { min: 1_000, max: 10_000 }, jitter: 0 });

    it('doubles with each load that found nothing, up to the longest', () => {
      expect([0, 1, 2, 3, 4, 1_000].map((quiet) => interval(times, quiet))).toEqual([
        1_000, 2_000, 4_000, 8_000, 10_000, 10_000,
      ]);
    });

    it('varies by its jitter, to both sides', () => {
      const all = Array.from({ length: 200 }, () => interval({ ...times, jitter: 0.5 }, 0) ?? 0);
      expect(Math.min(...all)).toBeGreaterThanOrEqual(500);
      expect(Math.max(...all)).toBeLessThanOrEqual(1_500);
      expect(Math.min(...all)).toBeLessThan(900);
      expect(Math.max(...all)).toBeGreaterThan(1_100);
    });

    it('does not end before it began, whatever its jitter', () => {
      const all = Array.from({ length: 200 }, () => interval({ ...times, jitter: 1 }, 0) ?? -1);
      expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
    });

    it('is none where none is declared', () => {
      expect(interval(refreshTimes(), 3)).toBeUndefined();
    });
  });

  it('a back-off doubles from the interval, or from 5 seconds, up to 10 minutes or the interval', () => {
    expect([1, 2, 3, 20, 1_000].map((failures) => backoff(failures, undefined))).toEqual([
      5_000, 10_000, 20_000, 600_000, 600_000,
    ]);
    expect([1, 2, 3].map((failures) => backoff(failures, 400_000))).toEqual([400_000, 600_000, 600_000]);
    expect([1, 2].map((failures) => backoff(failures, 3_600_000))).toEqual([3_600_000, 3_600_000]);
  });

  describe('over a server', () => {
    let env: TestEnvironment;
    beforeAll(async () => {
      env = await TestEnvironment.start();
    });
    afterAll(() => env.stop());

    /** The timers of a workflow so far, in seconds. */
    const secondsOf = async ({ handle }: TestCustomer): Promise<number[]> =>
      (await timersOf(env.client, handle.workflowId))
        .map((ms) => Math.round(ms / 1_000))
        // But for the one that ends a run that is a day old.
        .filter((seconds) => seconds < DAY_SECONDS / 2);
    const failing = (customer: TestCustomer, fault: () => Error, names: ('profile' | 'contacts')[]): void =>
      names.forEach((name) => customer[name].faults.push(fault()));
    const transient = (): Error => new ScriptedFault('transient');

    it('every is a timer, as long as declared give or take the jitter', async () => {
      const customer = await env.loaded('HourlyWorkflow');
      for (let i = 0; i < 8; i++) await customer.handle.refresh();
      const timers = await secondsOf(customer);
      expect(timers.length).toBe(9);
      for (const seconds of timers) {
        expect(seconds).toBeGreaterThanOrEqual(1_800);
        expect(seconds).toBeLessThanOrEqual(5_400);
      }
      expect(new Set(timers).size).toBeGreaterThan(1);
      const { sources } = await customer.handle.status();
      const next = Date.parse(sources['profile']?.nextCheckAt ?? '') - Date.now();
      expect(next).toBeGreaterThan(1_700_000);
      expect(next).toBeLessThan(5_500_000);
    });

    it('an adaptive interval grows while nothing changes, and starts over at a change', async () => {
      const customer = await env.loaded('AdaptiveWorkflow');
      for (let i = 0; i < 5; i++) await customer.handle.refresh();
      customer.profile.records = [{ id: customer.id, name: 'Changed' }];
      await customer.handle.refresh();
      await customer.handle.refresh();
      expect(await secondsOf(customer)).toEqual([60, 120, 240, 480, 600, 600, 60, 120]);
    });

    it('a source that fails is tried again by a timer, later each time', async () => {
      const customer = await env.loaded('OnceOnlyWorkflow');
      for (let i = 0; i < 4; i++) {
        failing(customer, transient, ['contacts']);
        expect(await customer.handle.refresh()).toMatchObject({ outcome: 'failed' });
      }
      expect(await secondsOf(customer)).toEqual([5, 10, 20, 40]);
      await customer.handle.refresh();
      expect(await customer.handle.temporal.query('status')).toBe('running');
      expect(await secondsOf(customer)).toHaveLength(4);
    });

    it('where every source fails, the back-off stands in for the interval', async () => {
      const customer = await env.loaded('OnceWorkflow');
      for (let i = 0; i < 4; i++) {
        failing(customer, transient, ['profile', 'contacts']);
        await customer.handle.refresh();
      }
      expect(await secondsOf(customer)).toEqual([120, 120, 240, 480, 600]);
    });

    it('where one fails, the others keep their interval', async () => {
      const customer = await env.loaded('OnceWorkflow');
      for (let i = 0; i < 3; i++) {
        failing(customer, transient, ['contacts']);
        await customer.handle.refresh();
      }
      expect(await secondsOf(customer)).toEqual([120, 120, 120, 120]);
    });

    it('Retry-After is a timer: it outlives workers, and takes the place of the back-off', async () => {
      const customer = await env.loaded('OnceOnlyWorkflow');
      failing(customer, () => new ScriptedFault('throttled', 'too much', 90_000), ['contacts']);
      await customer.handle.refresh();
      expect(await secondsOf(customer)).toEqual([90]);
      const next = Date.parse((await customer.handle.status()).nextCheckAt ?? '') - Date.now();
      expect(next).toBeGreaterThan(60_000);
      expect(next).toBeLessThanOrEqual(90_000);
    });

    it('a cycle for another reason does not try a source before its back-off is over', async () => {
      const customer = await env.loaded('OnceOnlyWorkflow');
      failing(customer, () => new ScriptedFault('throttled', 'too much', 90_000), ['contacts']);
      await customer.handle.refresh();
      const looks = customer.contacts.looks.length;
      const others = customer.profile.looks.length;
      await customer.handle.update({ entityName: 'Customer', data: { plan: 'free' } });
      await eventually(() => expect(customer.profile.looks).toHaveLength(others + 1));
      expect(customer.contacts.looks).toHaveLength(looks);
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'unchanged' });
      expect(customer.contacts.looks).toHaveLength(looks + 1);
    });

    it('deadline bounds a load, all attempts together', async () => {
      const customer = env.customer('HastyWorkflow');
      customer.profile.onLoad = (ctx) =>
        new Promise((_, reject) => {
          ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason as Error));
        });
      const { result } = await env.workflows('HastyWorkflow').ensure({ id: customer.id });
      expect(result).toMatchObject({ outcome: 'failed', errors: { profile: expect.any(String) } });
      expect((await customer.handle.sources())['profile']?.lastError).toMatchObject({ kind: 'transient' });
      const [scheduled, failed] = (await eventsOf(env.client, customer.handle.workflowId)).filter(
        (event) =>
          event.activityTaskScheduledEventAttributes?.scheduleToCloseTimeout?.seconds?.toString() === '2' ||
          event.activityTaskFailedEventAttributes != null ||
          event.activityTaskTimedOutEventAttributes != null,
      );
      const took = Number(failed?.eventTime?.seconds ?? 0) - Number(scheduled?.eventTime?.seconds ?? 0);
      expect(took).toBeGreaterThanOrEqual(1);
      expect(took).toBeLessThanOrEqual(4);
    });

    it('staleAfter spares loads that nobody asked for', async () => {
      const customer = await env.loaded('StaleWorkflow');
      for (const plan of ['free', 'pro', 'free']) {
        await customer.handle.update({ entityName: 'Customer', data: { plan } });
      }
      await eventually(async () =>
        expect((await customer.handle.temporal.query<unknown[]>('cycles')).length).toBeGreaterThan(1),
      );
      expect(customer.profile.looks).toHaveLength(1);
      await customer.handle.refresh();
      expect(customer.profile.looks).toHaveLength(2);
    });

    it.each<[WorkflowName, string]>([
      ['MisdeclaredWorkflow', 'refresh.every: is not a duration'],
      ['ImpossibleWorkflow', 'sources.profile.maximumAttempts: is not a whole number from 1'],
    ])('%s fails its task and not itself, and says why', async (workflow, reason) => {
      const { workflowId } = await env.startRaw({ id: 'c_1', entityName: 'Customer' }, workflow);
      await eventually(async () =>
        expect(taskFailures(await eventsOf(env.client, workflowId)).join()).toContain(reason),
      );
      const handle = env.client.workflow.getHandle(workflowId);
      expect((await handle.describe()).status.name).toBe('RUNNING');
      await handle.terminate();
    });
  });
});
