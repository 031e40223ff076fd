import { afterEach, describe, expect, it } from 'vitest';
import { TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';
import { eventsOf } from './support/history';
import { WorkerProcess } from './support/worker-process';

describe('a worker that goes away in mid-load', () => {
  const workers: WorkerProcess[] = [];
  let env: TestEnvironment | undefined;
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.kill()));
    await env?.stop();
    env = undefined;
  });

  it('by SIGKILL: another takes over, nothing is lost, and nothing happens twice', async () => {
    env = await TestEnvironment.start({ started: false });
    const { id, handle } = env.customer();
    const profile = { records: [{ id, name: 'Ada' }], last: true };
    const contacts = [
      { records: [{ id: 'k_1', name: 'Grace' }], last: false },
      { records: [{ id: 'k_2', name: 'Edsger' }], last: true },
    ];
    let isDown = false;
    const first = new WorkerProcess(env.taskQueue, ({ key, page }) => {
      if (key === 'profile') return profile;
      return isDown && page === 1 ? undefined : contacts[page];
    });
    workers.push(first);
    await first.ready;
    await env.workflows().ensure({ id });
    expect(await handle.data()).toMatchObject({ name: 'Ada', contacts: [{ id: 'k_1' }, { id: 'k_2' }] });

    isDown = true;
    contacts[0] = { records: [{ id: 'k_1', name: 'Grace Hopper' }], last: false };
    const refresh = await handle.temporal.startUpdate<{ outcome: string }, []>('refresh', {
      waitForStage: 'ACCEPTED',
    });
    // Twice two pages, the second of the second load without an answer.
    await eventually(() => expect(first.asked.filter(({ key }) => key === 'contacts')).toHaveLength(4));
    await first.kill();

    // Nobody runs the workflow now; what is sent to it waits.
    await handle.temporal.signal('update', { entityName: 'Customer', data: { plan: 'free' } });
    await handle.temporal.signal('update', { entityName: 'Contact', data: { id: 'k_9', name: 'Told' } });

    const second = new WorkerProcess(env.taskQueue, ({ key, page }) =>
      key === 'profile' ? profile : contacts[page],
    );
    workers.push(second);
    await second.ready;
    expect(await refresh.result()).toMatchObject({ outcome: 'changed' });
    expect(await handle.refresh()).toMatchObject({ outcome: 'unchanged' });
    expect(await handle.state()).toEqual({
      Customer: { [id]: { id, name: 'Ada', plan: 'free', contacts: ['k_1', 'k_2'] } },
      Contact: {
        k_1: { id: 'k_1', name: 'Grace Hopper' },
        k_2: { id: 'k_2', name: 'Edsger' },
        k_9: { id: 'k_9', name: 'Told' },
      },
    });
    expect((await handle.status()).status).toBe('running');
    const events = await eventsOf(env.client, handle.workflowId);
    const attempts = events.flatMap((event) => event.activityTaskStartedEventAttributes ?? []);
    expect(attempts.filter(({ attempt }) => attempt === 2)).toHaveLength(1);
    expect(events.filter((event) => event.activityTaskFailedEventAttributes != null)).toEqual([]);
    expect(await handle.temporal.query('faults')).toEqual([]);
    await env.expectNeverWedged(handle.workflowId);
  });

  it('by a shutdown: the load is given back, and another worker does it', async () => {
    env = await TestEnvironment.start({ started: false });
    const stop = await env.startWorker();
    const customer = await env.loaded();
    const gate = customer.profile.hold();
    customer.profile.records = [{ id: customer.id, name: 'After the shutdown' }];
    const refresh = customer.handle.refresh();
    await gate.reached;
    const stopped = stop();
    await env.startWorker();
    await stopped;
    expect(await refresh).toMatchObject({ outcome: 'changed' });
    expect(await customer.handle.data()).toMatchObject({ name: 'After the shutdown' });
    expect(await customer.handle.temporal.query('faults')).toEqual([]);
  });
});
