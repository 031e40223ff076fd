import { afterEach, describe, expect, it } from 'vitest';
import type { LoadContext } from '../src/index';
import { TestEnvironment, type TestCustomer, type TestOptions } from './support/environment';
import { eventsAtRest } from './support/at-rest';
import { eventually } from './support/eventually';
import { scriptedAdapter, type ScriptedQuery, ScriptedSources } from './support/scripted-adapter';
import { WorkerProcess } from './support/worker-process';

/** Sources in memory that say when a look is worth it: what is said since a load began is not lost. */
class HintedSources {
  readonly sources = new ScriptedSources();
  /** The sources that somebody waits for, by `entity/key`, and what ends the wait. */
  readonly waits = new Map<string, () => void>();
  readonly #said = new Set<string>();
  /** Where nobody can listen. */
  isDeaf = false;

  adapter() {
    const scripted = scriptedAdapter(this.sources, 'hinted');
    return {
      ...scripted,
      capabilities: { watch: true },
      load: (query: ScriptedQuery, context: LoadContext) => {
        this.#said.delete(`${context.entity.id}/${query.key}`);
        return scripted.load(query, context);
      },
      waitForHint: async ({ key }: ScriptedQuery, { entity, signal }: LoadContext) => {
        if (this.isDeaf) throw new Error('nobody listens');
        const name = `${entity.id}/${key}`;
        if (this.#said.delete(name)) return;
        await new Promise<void>((resolve) => {
          const end = (): void => {
            if (this.waits.get(name) === end) this.waits.delete(name);
            resolve();
          };
          this.waits.set(name, end);
          signal.addEventListener('abort', end, { once: true });
        });
        this.#said.delete(name);
      },
    };
  }

  say(name: string): void {
    this.#said.add(name);
    this.waits.get(name)?.();
  }
}

describe('a wait for a hint', () => {
  let env: TestEnvironment | undefined;
  const processes: WorkerProcess[] = [];
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((worker) => worker.kill()));
    await env?.stop();
    env = undefined;
  });

  async function started(hinted: HintedSources, options: TestOptions = {}): Promise<TestEnvironment> {
    return (env = await TestEnvironment.start({ adapters: [hinted.adapter()], ...options }));
  }
  const pendingOf = async ({ handle }: TestCustomer) =>
    (await handle.temporal.describe()).raw.pendingActivities ?? [];
  const eventCount = ({ handle }: TestCustomer, { client }: TestEnvironment): Promise<number> =>
    eventsAtRest(client, handle.workflowId, { activities: 2 });

  it('holds no slot: as many wait as like to, and others load beside them', async () => {
    const hinted = new HintedSources();
    const own = await started(hinted, { worker: { maxConcurrentActivityTaskExecutions: 2 } });
    const customers = await Promise.all(Array.from({ length: 10 }, () => own.loaded('HintedWorkflow')));
    await eventually(() => expect(hinted.waits.size).toBe(20));
    const other = await own.loaded();
    other.profile.records = [{ id: other.id, name: 'Countess' }];
    expect(await other.handle.refresh()).toMatchObject({ outcome: 'changed' });
    expect(hinted.waits.size).toBe(20);
    const pending = (await Promise.all(customers.map(pendingOf))).flat();
    expect(pending).toHaveLength(20);
    for (const { lastHeartbeatTime, attempt } of pending) {
      expect(lastHeartbeatTime).toBeFalsy();
      expect(attempt).toBe(1);
    }
  });

  it('does not miss what is said while it looks', async () => {
    const hinted = new HintedSources();
    const own = await started(hinted);
    const customer = await own.loaded('HintedWorkflow');
    const profile = hinted.sources.of(customer.id, 'profile');
    const name = `${customer.id}/profile`;
    await eventually(() => expect(hinted.waits.has(name)).toBe(true));
    const gate = profile.hold();
    hinted.say(name);
    await gate.reached;
    // The look under way answers what was there when it asked.
    profile.records = [{ id: customer.id, name: 'Countess', plan: 'pro' }];
    hinted.say(name);
    gate.release();
    await eventually(async () => expect((await customer.handle.data())?.name).toBe('Countess'));
    expect(profile.looks).toHaveLength(3);
  });

  it('hands on what a quiet look learnt, and nothing else', async () => {
    const hinted = new HintedSources();
    const own = await started(hinted);
    const customer = own.customer('HintedWorkflow');
    const name = `${customer.id}/profile`;
    const profile = hinted.sources.of(customer.id, 'profile');
    const records = [{ id: customer.id, name: 'Ada', plan: 'pro' }];
    let etag = '"1"';
    profile.pages = () => [{ records, validators: { etag }, complete: true }];
    await own.workflows('HintedWorkflow').ensure({ id: customer.id });
    const told = async (): Promise<boolean> => {
      const [, watch] = (await pendingOf(customer)).toSorted((a, b) =>
        String(a.activityId).localeCompare(String(b.activityId)),
      );
      return watch?.lastHeartbeatTime != null;
    };
    const looked = async (): Promise<void> => {
      await eventually(() => expect(hinted.waits.has(name)).toBe(true));
      const { length } = profile.looks;
      hinted.say(name);
      await eventually(() => expect(profile.looks).toHaveLength(length + 1));
      await eventually(() => expect(hinted.waits.has(name)).toBe(true));
    };
    await looked();
    expect(await told()).toBe(false);
    etag = '"2"';
    await looked();
    expect(await told()).toBe(true);
    const before = await eventCount(customer, own);
    await looked();
    expect(profile.looks.map(({ checkpoint }) => checkpoint?.validators?.etag)).toEqual([
      undefined,
      '"1"',
      '"1"',
      '"2"',
    ]);
    expect(await eventCount(customer, own)).toBe(before);
  });

  it('is left to the interval where nobody can listen', async () => {
    const hinted = new HintedSources();
    hinted.isDeaf = true;
    const own = await started(hinted);
    const customer = await own.loaded('BrieflyHintedWorkflow');
    const profile = hinted.sources.of(customer.id, 'profile');
    profile.records = [{ id: customer.id, name: 'Countess', plan: 'pro' }];
    await eventually(async () => expect((await customer.handle.data())?.name).toBe('Countess'));
    expect(hinted.waits.size).toBe(0);
  });

  it('is over when the watch was cancelled and a new one waits, or its interval is over', async () => {
    const hinted = new HintedSources();
    const own = await started(hinted);
    const customer = await own.loaded('BrieflyHintedWorkflow');
    await eventually(() => expect(hinted.waits.size).toBe(2));
    await customer.handle.pause();
    await eventually(async () => expect(await pendingOf(customer)).toEqual([]));
    expect(hinted.waits.size).toBe(0);
    await customer.handle.resume();
    await eventually(() => expect(hinted.waits.size).toBe(2));
    const patient = await own.loaded('HintedWorkflow');
    await eventually(async () => expect(await pendingOf(patient)).toHaveLength(2));
    await patient.handle.refresh();
    // The new watch has those of the one before ended, although their hour is not over.
    await eventually(async () =>
      expect((await pendingOf(patient)).map(({ activityId }) => activityId).toSorted()).toEqual([
        'watch-contacts-4',
        'watch-profile-3',
      ]),
    );
    await patient.handle.complete();
    expect(await patient.handle.result()).toMatchObject({ name: 'Ada' });
    await own.expectNeverWedged(patient.handle.workflowId);
  });

  it('goes to another worker at once when its own stops', async () => {
    const hinted = new HintedSources();
    const own = await started(hinted);
    const customer = await own.loaded('HintedWorkflow');
    await eventually(() => expect(hinted.waits.size).toBe(2));
    await own.stopWorkers();
    hinted.sources.of(customer.id, 'profile').records = [{ id: customer.id, name: 'Countess', plan: 'pro' }];
    await own.startWorker();
    // Its interval is an hour.
    await eventually(async () => expect((await customer.handle.data())?.name).toBe('Countess'));
  });

  it('of 50 on a worker that is killed is missed, and another worker looks', async () => {
    env = await TestEnvironment.start({ started: false });
    let name = 'Ada';
    const answer = ({ id, key }: { id: string; key: string }) =>
      key === 'profile'
        ? { records: [{ id, name }], last: true }
        : { records: [{ id: 'k_1', name: 'Grace' }], last: true };
    const first = new WorkerProcess(env.taskQueue, answer);
    processes.push(first);
    await first.ready;
    const own = env;
    const customers = await Promise.all(
      Array.from({ length: 25 }, () => own.loaded('BrieflyHintedWorkflow')),
    );
    await eventually(() => expect(new Set(first.waits).size).toBe(25));
    await first.kill();
    name = 'Countess';
    const second = new WorkerProcess(env.taskQueue, answer);
    processes.push(second);
    await second.ready;
    await eventually(async () => {
      const names = await Promise.all(customers.map(async ({ handle }) => (await handle.data())?.name));
      expect(names).toEqual(customers.map(() => 'Countess'));
    });
    for (const { handle } of customers) await own.expectNeverWedged(handle.workflowId);
  });
});
