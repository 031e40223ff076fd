import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangeSet } from '../src/index';
import type { SeenCycle } from './workflows';
import { TestEnvironment, type TestCustomer } from './support/environment';
import { eventsAtRest } from './support/at-rest';
import { eventually } from './support/eventually';
import { Gate } from './support/gate';
import { eventsOf } from './support/history';
import { activitiesOf, timeOf } from './support/loads';
import { ScriptedFault, scriptedAdapter, ScriptedSources } from './support/scripted-adapter';
import { CRM, testSecrets, TOKENS } from './support/secrets';

describe('a watch', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ secrets: [testSecrets()] });
  });
  afterAll(() => env.stop());

  const named = ({ id }: TestCustomer, name: string): unknown[] => [{ id, name, plan: 'pro' }];
  const cyclesOf = ({ handle }: TestCustomer): Promise<SeenCycle[]> => handle.temporal.query('cycles');
  const heardBy = ({ handle }: TestCustomer): Promise<ChangeSet[]> => handle.temporal.query('heard');
  const eventCount = ({ handle }: TestCustomer, on = env): Promise<number> =>
    eventsAtRest(on.client, handle.workflowId, { activities: 2 });
  /** The activities that the server waits for, as `source` and number. */
  const pendingOf = async ({ handle }: TestCustomer): Promise<string[]> => {
    const { raw } = await handle.temporal.describe();
    return (raw.pendingActivities ?? []).map(({ activityId }) => activityId ?? '').toSorted();
  };
  /** Waits until a source was looked at that many times more. */
  const looked = async (source: TestCustomer['profile'], times: number): Promise<void> => {
    const from = source.looks.length;
    await eventually(() => expect(source.looks.length).toBeGreaterThanOrEqual(from + times));
  };
  const shows = ({ handle }: TestCustomer, name: string): Promise<void> =>
    eventually(async () => expect((await handle.data())?.name).toBe(name));

  describe.concurrent('of a source that answers', () => {
    it('looks again and again without writing history, and brings news', async () => {
      const customer = await env.loaded('WatchingWorkflow');
      await looked(customer.profile, 1);
      const before = await eventCount(customer);
      await looked(customer.profile, 4);
      expect(await eventCount(customer)).toBe(before);
      // Five of them say what the run began with, and when it is old.
      expect(before).toBeLessThanOrEqual(26);
      customer.profile.records = named(customer, 'Ada Lovelace');
      await shows(customer, 'Ada Lovelace');
      await eventually(async () =>
        expect((await cyclesOf(customer)).at(-1)).toMatchObject({ triggers: ['news'], upserts: 1 }),
      );
    });

    it('sees a change within one interval and two seconds', async () => {
      const customer = await env.loaded('WatchingWorkflow');
      await looked(customer.profile, 1);
      const changedAt = Date.now();
      customer.profile.records = named(customer, 'Ada Lovelace');
      await shows(customer, 'Ada Lovelace');
      const news = (await activitiesOf(env.client, customer.handle.workflowId)).find(
        ({ type, source, result }) =>
          type === 'scripted.waitForChange' && source === 'profile' && result !== undefined,
      );
      expect(news?.result).toMatchObject({ outcome: expect.stringMatching(/delta|snapshot/) });
      expect((news?.endedAt ?? Infinity) - changedAt).toBeLessThan(1_000 + 2_000);
    });

    it('starts its cycle with the look that found the news, not with another', async () => {
      const customer = await env.loaded('WatchingWorkflow');
      await looked(customer.profile, 1);
      customer.profile.records = named(customer, 'Ada Lovelace');
      await shows(customer, 'Ada Lovelace');
      const loads = (await activitiesOf(env.client, customer.handle.workflowId)).filter(
        ({ type, source }) => type === 'scripted.loadData' && source === 'profile',
      );
      expect(loads).toHaveLength(1);
    });

    it('brings the news of two sources, each when it comes', async () => {
      const customer = await env.loaded('WatchingWorkflow');
      customer.contacts.records = [{ id: 'k_9', name: 'Alan' }];
      await eventually(async () => expect((await customer.handle.data())?.contacts).toHaveLength(1));
      customer.profile.records = named(customer, 'Ada Lovelace');
      await shows(customer, 'Ada Lovelace');
      customer.contacts.records = [];
      customer.profile.records = named(customer, 'Countess');
      await shows(customer, 'Countess');
      await eventually(async () => expect((await customer.handle.data())?.contacts).toEqual([]));
      await env.expectNeverWedged(customer.handle.workflowId);
    });

    it('hands what it learnt from one look to the next', async () => {
      const customer = env.customer('WatchingWorkflow');
      const { profile } = customer;
      const records = named(customer, 'Ada');
      profile.pages = () => [{ records, validators: { etag: `"e${profile.looks.length}"` }, complete: true }];
      await env.workflows('WatchingWorkflow').ensure({ id: customer.id });
      await looked(profile, 1);
      const before = await eventCount(customer);
      await looked(profile, 3);
      expect(await eventCount(customer)).toBe(before);
      for (const [i, { checkpoint }] of profile.looks.entries())
        expect(checkpoint?.validators?.etag).toBe(i === 0 ? undefined : `"e${i}"`);
    });

    it('waits longer each time while nothing changes, where the interval adapts', async () => {
      const customer = await env.loaded('AdaptiveWatchingWorkflow');
      const pauses = new Map<number, number>();
      await eventually(async () => {
        const { raw } = await customer.handle.temporal.describe();
        const [watch] = raw.pendingActivities ?? [];
        const seconds = (time: { seconds?: unknown; nanos?: number | null } | null | undefined): number =>
          Number(time?.seconds ?? NaN) + (time?.nanos ?? 0) / 1e9;
        const pause = seconds(watch?.nextAttemptScheduleTime) - seconds(watch?.lastAttemptCompleteTime);
        if (!Number.isNaN(pause)) pauses.set(watch?.attempt ?? 0, Math.round(pause));
        // How many looks in a row were quiet, the server knows by the attempts it has counted.
        expect(watch?.lastHeartbeatTime).toBeFalsy();
        expect(pauses.size).toBeGreaterThanOrEqual(4);
      });
      // The attempt to come is the third after one quiet look.
      for (const [attempt, pause] of pauses) expect(pause).toBe(Math.min(2 ** (attempt - 2), 4));
    });
  });

  describe.concurrent('and what else happens', () => {
    it('a signal takes effect at once, and the watch goes on', async () => {
      const customer = await env.loaded('PatientWorkflow');
      await eventually(async () =>
        expect(await pendingOf(customer)).toEqual(['watch-contacts-2', 'watch-profile-1']),
      );
      const { looks } = customer.profile;
      customer.profile.records = named(customer, 'Ada Lovelace');
      const sentAt = Date.now();
      await customer.handle.temporal.signal('update', { entityName: 'Customer', data: { plan: 'free' } });
      await shows(customer, 'Ada Lovelace');
      await eventually(async () => expect(await cyclesOf(customer)).toHaveLength(2));
      const started = (await eventsOf(env.client, customer.handle.workflowId)).findLast(
        (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'scripted.loadData',
      );
      expect((started ? timeOf(started) : Infinity) - sentAt).toBeLessThan(2_000);
      expect(looks).toHaveLength(2);
      await eventually(async () =>
        expect(await pendingOf(customer)).toEqual(['watch-contacts-4', 'watch-profile-3']),
      );
    });

    it('pause ends it, and resume begins it again', async () => {
      const customer = await env.loaded('WatchingWorkflow');
      await looked(customer.profile, 1);
      await customer.handle.pause();
      await eventually(async () => expect(await pendingOf(customer)).toEqual([]));
      customer.profile.records = named(customer, 'Ada Lovelace');
      expect(await customer.handle.temporal.query('status')).toBe('paused');
      expect((await customer.handle.data())?.name).toBe('Ada');
      await customer.handle.resume();
      await shows(customer, 'Ada Lovelace');
      customer.profile.records = named(customer, 'Countess');
      await shows(customer, 'Countess');
      await eventually(async () =>
        expect((await cyclesOf(customer)).map(({ triggers }) => triggers).slice(1)).toEqual([
          ['resume'],
          ['news'],
        ]),
      );
    });

    it('a cancellation ends it with the workflow', async () => {
      const customer = await env.loaded('PatientWorkflow');
      await eventually(async () => expect(await pendingOf(customer)).toHaveLength(2));
      await customer.handle.complete();
      expect(await customer.handle.result()).toMatchObject({ name: 'Ada' });
    });

    it('it survives a continue-as-new', async () => {
      const customer = await env.loaded('WatchingOnWorkflow');
      const { runId } = await customer.handle.temporal.describe();
      await eventually(async () => {
        await customer.handle.refresh();
        expect((await customer.handle.temporal.describe()).runId).not.toBe(runId);
      });
      customer.profile.records = named(customer, 'Ada Lovelace');
      await shows(customer, 'Ada Lovelace');
      await eventually(async () => expect(await pendingOf(customer)).toHaveLength(2));
      await env.expectNeverWedged(customer.handle.workflowId);
    });

    it('a look that fails is repeated, later each time, and nobody hears of it', async () => {
      const customer = await env.loaded('WatchingWorkflow');
      await looked(customer.profile, 1);
      const before = await eventCount(customer);
      customer.profile.faults.push(new ScriptedFault('transient'));
      await looked(customer.profile, 3);
      expect(await eventCount(customer)).toBe(before);
      expect(await customer.handle.temporal.query('status')).toBe('running');
      expect(await customer.handle.temporal.query('faults')).toEqual([]);
      customer.profile.records = named(customer, 'Ada Lovelace');
      await shows(customer, 'Ada Lovelace');
    });

    it('looks that fail too often degrade the workflow, which recovers by itself', async () => {
      const customer = await env.loaded('WatchingWorkflow');
      await looked(customer.profile, 1);
      customer.profile.faults.push(new ScriptedFault('transient'), new ScriptedFault('transient', 'down'));
      await eventually(async () => expect(await customer.handle.temporal.query('faults')).toHaveLength(1));
      expect(await customer.handle.temporal.query('faults')).toMatchObject([
        { source: 'profile', kind: 'transient', message: expect.stringContaining('down') },
      ]);
      customer.profile.records = named(customer, 'Ada Lovelace');
      await shows(customer, 'Ada Lovelace');
      expect(await customer.handle.temporal.query('status')).toBe('running');
      const failed = (await eventsOf(env.client, customer.handle.workflowId)).filter(
        // The other source's look can be under way when its watch is cancelled: that ends unchanged.
        ({ activityTaskFailedEventAttributes: event }) =>
          event?.failure?.applicationFailureInfo?.type?.startsWith('fault.'),
      );
      expect(failed).toHaveLength(1);
      await eventually(async () => expect(await pendingOf(customer)).toHaveLength(2));
    });

    it('a fault that does not pass is reported by the first look that meets it', async () => {
      const customer = await env.loaded('WatchingWorkflow');
      customer.profile.faults.push(new ScriptedFault('gone', 'moved away'));
      await eventually(async () =>
        expect((await customer.handle.sources())['profile']?.lastError).toMatchObject({
          kind: 'gone',
          failures: 1,
        }),
      );
    });

    it('Retry-After is obeyed', async () => {
      const customer = await env.loaded('WatchingWorkflow');
      await looked(customer.profile, 1);
      const times: number[] = [];
      customer.profile.onLoad = () => void times.push(Date.now());
      customer.profile.faults.push(new ScriptedFault('throttled', 'too much', 3_000));
      await looked(customer.profile, 2);
      expect((times[1] ?? 0) - (times[0] ?? Infinity)).toBeGreaterThanOrEqual(2_900);
      expect(await customer.handle.temporal.query('status')).toBe('running');
    });

    it('a wait that is longer than the deadline is shown, with the time', async () => {
      const customer = await env.loaded('WatchingWorkflow');
      await looked(customer.profile, 1);
      customer.profile.faults.push(new ScriptedFault('throttled', 'come back later', 3_600_000));
      await eventually(async () => expect(await customer.handle.temporal.query('status')).toBe('degraded'));
      const { lastError, nextCheckAt } = (await customer.handle.sources())['profile'] ?? {};
      expect(lastError).toMatchObject({ kind: 'throttled', failures: 1 });
      expect(Date.parse(String(nextCheckAt)) - Date.parse(String(lastError?.at))).toBe(3_600_000);
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'unchanged' });
      expect(await customer.handle.temporal.query('status')).toBe('running');
    });

    it('a token that was refused once is sent again by itself, and the watch goes on', async () => {
      const customer = await env.loaded('WatchingWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
      await looked(customer.profile, 1);
      customer.profile.faults.push(new ScriptedFault('unauthorized', '401 in a deploy'));
      const status = () => customer.handle.temporal.query('status');
      await eventually(async () => expect(await status()).toBe('unauthorized'));
      await eventually(async () => expect(await status()).toBe('running'));
      expect(customer.profile.looks.at(-1)?.token).toBe(TOKENS.FIRST);
      customer.profile.records = named(customer, 'Countess');
      await shows(customer, 'Countess');
    });

    it('a refused token stops it for that source, until there is another', async () => {
      const customer = await env.loaded('WatchingWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
      customer.profile.onLoad = () => {
        if (customer.profile.looks.at(-1)?.token === TOKENS.FIRST) throw new ScriptedFault('unauthorized');
      };
      await eventually(async () =>
        expect(await customer.handle.temporal.query('status')).toBe('unauthorized'),
      );
      await eventually(async () =>
        expect((await pendingOf(customer)).join()).toMatch(/^watch-contacts-\d+$/),
      );
      // Not an empty list: it would not be believed of a token that another source refuses.
      customer.contacts.records = [{ id: 'k_9', name: 'Grace' }];
      await eventually(async () =>
        expect((await customer.handle.data())?.contacts).toMatchObject([{ id: 'k_9' }]),
      );
      const sent = customer.profile.looks.filter(({ token }) => token === TOKENS.FIRST).length;
      customer.profile.records = named(customer, 'Ada Lovelace');
      expect(await customer.handle.rotateToken('secret:SECOND')).toMatchObject({ outcome: 'changed' });
      expect((await customer.handle.data())?.name).toBe('Ada Lovelace');
      expect(await customer.handle.temporal.query('status')).toBe('running');
      // Once by the load, once by the look that was refused.
      expect(customer.profile.looks.filter(({ token }) => token === TOKENS.FIRST)).toHaveLength(sent);
      customer.profile.records = named(customer, 'Countess');
      await shows(customer, 'Countess');
    });
  });

  describe.concurrent('and its workers', () => {
    it('goes on with another worker', async () => {
      const own = await TestEnvironment.start();
      try {
        const customer = await own.loaded('WatchingWorkflow');
        await looked(customer.profile, 2);
        await own.stopWorkers();
        customer.profile.records = named(customer, 'Ada Lovelace');
        await own.startWorker();
        await shows(customer, 'Ada Lovelace');
        await own.expectNeverWedged(customer.handle.workflowId);
      } finally {
        await own.stop();
      }
    });

    /** News that has arrived and that no workflow worker has taken in yet; then something happens. */
    const overtaken = async (
      happens: (customer: TestCustomer) => Promise<void>,
    ): Promise<{ readonly names: unknown[]; readonly customer: TestCustomer }> => {
      const own = await TestEnvironment.start({
        secrets: [testSecrets()],
        started: false,
        worker: { maxCachedWorkflows: 0 },
      });
      try {
        await own.startWorker('activities');
        const stopWorkflows = await own.startWorker('workflows');
        const customer = await own.loaded('WatchingWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
        await looked(customer.profile, 1);
        await stopWorkflows();
        customer.profile.records = named(customer, 'on the way');
        await eventually(async () => expect((await pendingOf(customer)).join()).not.toContain('profile'));
        customer.profile.records = named(customer, 'afterwards');
        await happens(customer);
        await own.startWorker('workflows');
        await shows(customer, 'afterwards');
        return await eventually(async () => {
          const names = (await heardBy(customer)).map(
            ({ upserts }) => upserts['Customer']?.[customer.id]?.['name'],
          );
          expect(names).toContain('afterwards');
          return { names, customer };
        });
      } finally {
        await own.stop();
      }
    };

    it('discards news that a new token overtakes', async () => {
      const { names, customer } = await overtaken(({ handle }) =>
        handle.temporal.signal('apiToken', 'secret:SECOND'),
      );
      expect(names).toEqual(['Ada', 'afterwards']);
      expect(customer.profile.looks.at(-1)?.token).toBe(TOKENS.SECOND);
    });

    it('discards news that a new address overtakes', async () => {
      const { names } = await overtaken(({ handle }) => handle.setApiUrl(`${CRM}/v2`));
      expect(names).toEqual(['Ada', 'afterwards']);
    });

    it('discards news that somebody who asks for a load overtakes: what they get is not older than their question', async () => {
      const { names } = await overtaken(({ handle }) => handle.temporal.signal('refresh'));
      expect(names).toEqual(['Ada', 'afterwards']);
    });
  });

  describe('of a source that gives hints', () => {
    it('looks when the source says so, and not before', async () => {
      const sources = new ScriptedSources();
      const waits: { readonly name: string; readonly gate: Gate }[] = [];
      const adapter = {
        ...scriptedAdapter(sources, 'hinted'),
        capabilities: { watch: true },
        waitForHint: async (
          { key }: { key: string },
          ctx: { signal: AbortSignal; entity: { id: string } },
        ) => {
          const gate = new Gate();
          waits.push({ name: `${ctx.entity.id}/${key}`, gate });
          await gate.pass(ctx.signal);
        },
      };
      const own = await TestEnvironment.start({ adapters: [adapter] });
      try {
        const customer = await own.loaded('HintedWorkflow');
        const profile = sources.of(customer.id, 'profile');
        const waiting = (): typeof waits => waits.filter(({ name }) => name === `${customer.id}/profile`);
        await eventually(() => expect(waiting()).toHaveLength(1));
        expect(profile.looks).toHaveLength(1);
        profile.records = named(customer, 'Ada Lovelace');
        waiting()[0]?.gate.release();
        await shows(customer, 'Ada Lovelace');
        expect(profile.looks).toHaveLength(2);
        // A hint for nothing costs a look, and no history.
        await eventually(() => expect(waiting()).toHaveLength(2));
        const before = await eventCount(customer, own);
        waiting()[1]?.gate.release();
        await eventually(() => expect(waiting()).toHaveLength(3));
        expect(profile.looks).toHaveLength(3);
        expect(await eventCount(customer, own)).toBe(before);
        await customer.handle.complete();
        await customer.handle.result();
      } finally {
        await own.stop();
      }
    });
  });
});
