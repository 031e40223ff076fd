import { until } from '../../until';
import { equalsCrm, loadAttempts, runId } from '../look';
import type { Step } from '../step';

/** A worker is killed in the middle of a load. */
export const workerKilled: Step = {
  name: 'the worker killed in mid-load',
  about:
    'The CRM holds a request open, and the worker that waits for it is killed with SIGKILL. Temporal misses its heartbeat and gives the load to the next worker. What was sent while there was none is there too.',
  isLong: true,
  async run({ stage, say, customer }) {
    const { crm } = stage;
    const workflow = customer('c_2');
    const run = await runId(workflow);
    const killed = stage.worker.pid;
    const hungUp = crm.aborted;
    const giveUp = AbortSignal.timeout(15_000);
    try {
      crm.behave({ latencyMs: 60_000, path: '/customers/c_2' });
      crm.patchCustomer('c_2', { plan: 'enterprise' });
      const arrival = crm.nextArrival(({ path }) => path === '/customers/c_2', { signal: giveUp });
      await workflow.temporal.signal('refresh');
      await arrival;
      say(`The CRM has the request and holds it; SIGKILL to worker ${killed}`);
      await stage.worker.kill();
      await until('the CRM has seen the client hang up', () => crm.aborted > hungUp);
    } finally {
      crm.behaveNormally();
    }
    say('With no worker left: signal update { notes: { call: "ask about the outage" } }');
    const notes = { call: 'ask about the outage' };
    await workflow.temporal.signal('update', { entityName: 'Customer', data: { id: 'c_2', notes } });
    const next = await stage.startWorker();
    say(`Worker ${next.pid} takes over`);
    const data = await until(
      'c_2 has the change and the note',
      async () => {
        const now = await workflow.data();
        return now?.plan === 'enterprise' && 'notes' in now && now;
      },
      { within: 45_000 },
    );
    const retried = (await loadAttempts(workflow)).findLast(({ attempt }) => attempt > 1);
    say(`attempt ${retried?.attempt} by ${retried?.identity}, after "${retried?.lastFailure}"`);
    const same = (await runId(workflow)) === run;
    const all = [await customer('c_1').data(), data].every((customer) => equalsCrm(customer, crm));
    return {
      expected: 'another worker finishes the load; change and signal are there',
      seen: `attempt ${retried?.attempt} by worker ${next.pid}: plan ${data.plan}, note kept, ${same ? 'same' : 'another'} run`,
      ok: all && same && retried !== undefined && retried.identity.startsWith(`${next.pid}@`),
    };
  },
};
