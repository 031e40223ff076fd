import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { type TestCustomer, TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';

describe("a class's own loadData", () => {
  let env: TestEnvironment;
  /** What the activity of the class gives, by the id of the workflow's entity: a plan, or an error. */
  const plans = new Map<string, string | Error>();
  beforeAll(async () => {
    env = await TestEnvironment.start({
      worker: {
        activities: {
          fetchPlan: async (id: string) => {
            const plan = plans.get(id) ?? 'pro';
            if (plan instanceof Error) throw plan;
            return plan;
          },
        },
      },
    });
  });
  afterAll(() => env.stop());

  const executions = ({ handle }: TestCustomer): Promise<number> => handle.temporal.query('executions');

  it('is shown among the sources, and refresh says what it changed', async () => {
    const customer = env.customer('SelfLoadingWorkflow');
    const { result } = await env.workflows('SelfLoadingWorkflow').ensure({ id: customer.id });
    expect(result).toMatchObject({ outcome: 'changed', changed: 1 });
    expect(await customer.handle.data()).toEqual({ plan: 'pro' });
    const { 'loadData()': first } = await customer.handle.sources();
    expect(first).toMatchObject({ adapter: 'loadData()', lastOutcome: 'delta' });
    expect(Date.parse(first?.lastChangedAt ?? '')).toBeGreaterThan(0);
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'unchanged', changed: 0 });
    const { 'loadData()': second } = await customer.handle.sources();
    expect(second).toMatchObject({ lastOutcome: 'unchanged', lastChangedAt: first?.lastChangedAt });
    plans.set(customer.id, 'team');
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 1 });
    expect(await customer.handle.status()).toMatchObject({
      status: 'running',
      sources: { 'loadData()': { lastOutcome: 'delta' } },
    });
    await env.expectNeverWedged(customer.handle.workflowId);
  });

  it('that fails in an activity degrades the workflow until it goes well again', async () => {
    const customer = await env.loaded('SelfLoadingWorkflow');
    const ran = await executions(customer);
    plans.set(customer.id, ApplicationFailure.nonRetryable('the plans are down', 'PLANS_DOWN'));
    expect(await customer.handle.refresh()).toMatchObject({
      outcome: 'failed',
      errors: { 'loadData()': expect.stringContaining('PLANS_DOWN: the plans are down') },
    });
    expect(await customer.handle.status()).toMatchObject({
      status: 'degraded',
      sources: { 'loadData()': { lastOutcome: 'failed', lastError: { failures: 1 } } },
    });
    // The last good state stays, and execute() waits for the next load that goes well, which comes by itself.
    expect(await customer.handle.data()).toEqual({ plan: 'pro' });
    expect(await executions(customer)).toBe(ran);
    plans.set(customer.id, 'team');
    await eventually(async () => expect((await customer.handle.status()).status).toBe('running'));
    expect(await customer.handle.data()).toEqual({ plan: 'team' });
    expect(await executions(customer)).toBe(ran + 1);
    await env.expectNeverWedged(customer.handle.workflowId);
  });

  it('that fails beside sources leaves what they gave, and is shown with them', async () => {
    const customer = env.customer('HalfSelfLoadingWorkflow');
    plans.set(customer.id, new Error('the plans are down'));
    customer.profile.records = [{ id: customer.id, name: 'Ada' }];
    const { result } = await env.workflows('HalfSelfLoadingWorkflow').ensure({ id: customer.id });
    expect(result.outcome).toBe('failed');
    expect(result.errors).toEqual({ 'loadData()': expect.stringContaining('the plans are down') });
    expect(await customer.handle.data()).toMatchObject({
      name: 'Ada',
      contacts: [{ id: 'k_1' }, { id: 'k_2' }],
    });
    expect(Object.keys(await customer.handle.sources())).toEqual(['profile', 'contacts', 'loadData()']);
    plans.set(customer.id, 'team');
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 1 });
  });

  it('that only loads sources is not shown beside them', async () => {
    const customer = env.customer('HalfSelfLoadingWorkflow');
    customer.profile.records = [{ id: customer.id, name: 'Ada', plan: 'free' }];
    await env.workflows('HalfSelfLoadingWorkflow').ensure({ id: customer.id });
    expect(Object.keys(await customer.handle.sources())).toEqual(['profile', 'contacts']);
  });

  it('is remembered through continue-as-new', async () => {
    const customer = await env.loaded('RollingSelfLoadingWorkflow');
    plans.set(customer.id, ApplicationFailure.nonRetryable('the plans are down', 'PLANS_DOWN'));
    await customer.handle.refresh();
    await customer.handle.pause();
    const { runId } = await customer.handle.temporal.describe();
    await eventually(async () => {
      await customer.handle.temporal.signal('nonsense');
      expect((await customer.handle.temporal.describe()).runId).not.toBe(runId);
    });
    expect((await customer.handle.sources())['loadData()']).toMatchObject({
      lastError: { failures: 1, message: expect.stringContaining('PLANS_DOWN') },
    });
  });

  describe('of any shape', () => {
    /** One that has loaded once without ado, and then does as the plan says. */
    const doing = async (plan: string): Promise<TestCustomer> => {
      const customer = env.customer('OwnWaysWorkflow');
      customer.profile.records = [{ id: customer.id, name: 'Ada' }];
      await env.workflows('OwnWaysWorkflow').ensure({ id: customer.id });
      customer.profile.records = [{ id: customer.id, name: 'Ada', plan }];
      return customer;
    };

    it.each(['any', 'local', 'wrapping', 'all'])(
      'degrades the workflow when what it calls fails, however that is wrapped: %s',
      async (plan) => {
        const customer = await doing(plan);
        plans.set(customer.id, ApplicationFailure.nonRetryable('the plans are down', 'PLANS_DOWN'));
        expect(await customer.handle.refresh()).toMatchObject({
          outcome: 'failed',
          errors: { 'loadData()': 'The load failed with PLANS_DOWN: the plans are down' },
        });
        expect((await customer.handle.status()).status).toBe('degraded');
        plans.set(customer.id, 'team');
        await customer.handle.refresh();
        expect((await customer.handle.status()).sources['loadData()']).not.toHaveProperty('lastError');
        await env.expectNeverWedged(customer.handle.workflowId);
      },
    );

    it('and when it sets itself a limit that is over', async () => {
      const { handle } = await doing('limited');
      expect(await handle.refresh()).toMatchObject({
        outcome: 'failed',
        errors: { 'loadData()': expect.stringContaining('was cancelled from within') as unknown },
      });
      expect((await handle.status()).status).toBe('degraded');
    });

    it.each(['hasty', 'all'])('ends when all that it began to load has: %s', async (plan) => {
      const customer = await doing(plan);
      if (plan === 'all') plans.set(customer.id, new Error('the plans are down'));
      const gate = customer.contacts.hold();
      customer.contacts.records = [{ id: 'k_old' }];
      const refreshed = customer.handle.refresh();
      await gate.reached;
      customer.contacts.records = [{ id: 'k_new' }];
      gate.release();
      // What it was asked then is what it gives, and no later load is overtaken by it.
      expect(await refreshed).toMatchObject({ changed: 2 });
      expect((await customer.handle.state())['Contact']).toEqual({ k_old: { id: 'k_old' } });
    });

    it.each(['deaf', 'swallowing', 'rewording', 'forgetful'])(
      'does not keep the workflow from ending: %s',
      async (plan) => {
        const customers = await Promise.all([doing(plan), doing(plan), doing(plan)]);
        for (const { handle, profile } of customers) {
          const looks = profile.looks.length;
          await handle.temporal.signal('refresh');
          await eventually(() => expect(profile.looks.length).toBeGreaterThan(looks));
          await eventually(async () => expect(await handle.data()).toMatchObject({ plan }));
        }
        const [completed, bySignal, byServer] = customers.map(({ handle }) => handle);
        await Promise.all([completed?.complete(), bySignal?.temporal.signal('cancel'), byServer?.cancel()]);
        expect(await completed?.result()).toMatchObject({ name: 'Ada' });
        await expect(bySignal?.temporal.result()).rejects.toThrow(WorkflowFailedError);
        await expect(byServer?.temporal.result()).rejects.toThrow(WorkflowFailedError);
        for (const { handle } of customers) await env.expectNeverWedged(handle.workflowId);
      },
    );
  });
});
