import { join } from 'node:path';
import type { WorkerOptions } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logged, TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';

describe('what was forgotten on the worker', () => {
  let env: TestEnvironment;
  // A task queue for each: the server remembers for a while who took tasks from one.
  beforeEach(async () => {
    env = await TestEnvironment.start({ started: false });
  });
  afterEach(() => env.stop());

  it('the plugin, on a worker that has activities of its own: the load fails at once and names it', async () => {
    await env.startWorker('workflows', { activities: { greet: async () => 'hello' } });
    const { result, handle } = await env.workflows().ensure({ id: 'c_greeted' });
    expect(result.errors?.['profile']).toMatch(
      /^Source "profile" was not loaded, since a worker of its task queue lacks .*scripted\.loadData.*\. Add statefulWorkflow\(\{ registry \}\) to that worker's plugins/,
    );
    expect(await handle.status()).toMatchObject({
      status: 'degraded',
      sources: { profile: { lastError: { kind: 'invalid', failures: 1 } } },
    });
    await handle.temporal.terminate();
  });

  it('the plugin, on a worker that then has no activities: details and status say that nobody loads', async () => {
    await env.startWorker('workflows');
    const { handle } = await env.started();
    await eventually(async () => {
      const { sources } = await handle.status();
      expect(sources['profile']?.warning).toMatch(
        /^No worker takes activities from task queue "test-.*", so scripted\.loadData has waited since \d{4}-.*Run one with statefulWorkflow\(\{ registry \}\) among its plugins/,
      );
    });
    const details = JSON.stringify(await handle.temporal.query('__temporal_workflow_metadata'));
    expect(details).toMatch(
      /Source \\+"profile\\+" is being loaded for the first time, since \d{4}-.* statefulWorkflow\(\{ registry \}\) among its plugins/,
    );
    // Once somebody loads, nothing of it is left.
    await env.startWorker('activities');
    await eventually(async () => expect((await handle.sources())['contacts']?.lastOutcome).toBe('snapshot'));
    expect((await handle.status()).sources['profile']).not.toHaveProperty('warning');
    expect(JSON.stringify(await handle.temporal.query('__temporal_workflow_metadata'))).not.toContain(
      'for the first time',
    );
    await handle.temporal.terminate();
  });

  it('secrets: the log of the worker says so as it starts, and each load by the name of the secret', async () => {
    logged.length = 0;
    await env.startWorker();
    await eventually(() =>
      expect(logged.join('\n')).toContain('This worker has neither secret providers nor a keyring'),
    );
    const customer = env.customer();
    const { result } = await env
      .workflows()
      .ensure({ id: customer.id, apiUrl: 'https://crm.example.com', apiToken: 'secret:CRM_TOKEN' });
    expect(result.errors?.['profile']).toMatch(
      /secret:CRM_TOKEN cannot be resolved: this worker has no secret/,
    );
    await customer.handle.temporal.terminate();
  });

  it('an adapter: the load fails at once and names it, and the registered ones', async () => {
    await env.startWorker();
    const { result, handle } = await env.workflows('UnregisteredWorkflow').ensure({ id: 'c_nowhere' });
    expect(result.errors?.['contacts']).toMatch(
      /names the adapter "nowhere", which this worker does not have/,
    );
    await handle.temporal.terminate();
  });

  /** Starts a worker, and gives what it logged until it took workflows. */
  const logOfStart = async (worker: Partial<WorkerOptions>): Promise<string> => {
    logged.length = 0;
    const stop = await env.startWorker(undefined, worker);
    await eventually(() => expect(logged.join('\n')).toContain('has a mistake'));
    await stop();
    return logged.join('\n');
  };

  it('is said by name as the worker starts: an adapter, a mistake in a class, a name', async () => {
    const log = await logOfStart({});
    expect(log).toMatch(
      /UnregisteredWorkflow has a source "contacts" that names the adapter "nowhere", which this worker does not have; registered: scripted\. Install @stateful-workflow\/adapter-nowhere and/,
    );
    expect(log).toContain(
      'MisdeclaredWorkflow has a mistake, and each task of such a workflow fails until it is corrected: refresh.every: is not a duration.',
    );
    expect(log).not.toMatch(/\bCustomerWorkflow has/);
  });

  it('also by a worker that bundles its workflows itself', async () => {
    const workflowsPath = join(__dirname, 'workflows/deployed/wrong.ts');
    const log = await logOfStart({ workflowBundle: undefined, workflowsPath });
    expect(log).toContain('IntoWorkflow has a mistake');
    expect(log).toContain('sources.contacts.into: "kontacts" is not a list that Customer has.');
  });
});
