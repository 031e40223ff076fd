import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDesk } from './support/desk';
import { type TestCustomer, TestEnvironment } from './support/environment';
import { eventually, eventuallyEqual } from './support/eventually';
import { historiesOf } from './support/history';

describe('execute() that waits', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  const ends = ({ handle }: TestCustomer): Promise<string[]> => handle.temporal.query('ends');
  /** A workflow whose execute() is under way. */
  const waiting = async (
    plan?: string,
    workflow: 'ApprovalWorkflow' | 'RollingApprovalWorkflow' = 'ApprovalWorkflow',
  ): Promise<TestCustomer> => {
    const customer = env.customer(workflow);
    customer.profile.records = [{ id: customer.id, name: 'Ada', plan }];
    await env.workflows(workflow).start({ id: customer.id });
    await eventually(async () => expect(await customer.handle.temporal.query('cycles')).toHaveLength(1));
    return customer;
  };

  it('shows in the details', async () => {
    const { handle } = await waiting();
    const details = JSON.stringify(await handle.temporal.query('__temporal_workflow_metadata'));
    expect(details).toMatch(/`execute\(\)` has been under way since \d{4}-.*Z; nothing is loaded meanwhile/);
    await handle.temporal.signal('approve');
    await eventually(async () =>
      expect(JSON.stringify(await handle.temporal.query('__temporal_workflow_metadata'))).not.toContain(
        'under way',
      ),
    );
    await handle.temporal.terminate();
  });

  it('does not keep the workflow from completing: it is cancelled', async () => {
    const customer = await waiting();
    await customer.handle.complete();
    expect(await customer.handle.result()).toMatchObject({ name: 'Ada' });
    expect(await ends(customer)).toEqual(['cancelled']);
    await env.expectNeverWedged(customer.handle.workflowId);
  });

  it('nor from being cancelled, by signal or by the server', async () => {
    const [bySignal, byServer] = [await waiting(), await waiting()];
    await bySignal.handle.temporal.signal('cancel');
    await byServer.handle.cancel();
    await bySignal.handle.temporal.result().catch(() => {});
    await expect(byServer.handle.temporal.result()).rejects.toThrow(WorkflowFailedError);
    expect(await ends(bySignal)).toEqual(['cancelled']);
    expect(await ends(byServer)).toEqual(['cancelled']);
  });

  it('nor does one that does not listen', async () => {
    const [completed, cancelled] = [await waiting('deaf'), await waiting('deaf')];
    await completed.handle.complete();
    await cancelled.handle.cancel();
    expect(await completed.handle.result()).toMatchObject({ plan: 'deaf' });
    await expect(cancelled.handle.temporal.result()).rejects.toThrow(WorkflowFailedError);
    expect((await cancelled.handle.temporal.describe()).status.name).toBe('CANCELLED');
  });

  it('comes to its own end where it asked for the end itself', async () => {
    const customer = await waiting('completing');
    await customer.handle.temporal.signal('approve');
    expect(await customer.handle.result()).toMatchObject({ plan: 'approved' });
    expect(await ends(customer)).toEqual(['approved']);
  });

  it('is not disturbed by a new token, nor by changes', async () => {
    const customer = await waiting();
    await customer.handle.update({ entityName: 'Contact', data: { id: 'k_9' } });
    await customer.handle.temporal.signal('apiUrl', 'https://crm.example.com');
    expect(await ends(customer)).toEqual([]);
    await customer.handle.temporal.signal('approve');
    await eventually(async () => expect((await ends(customer))[0]).toBe('approved'));
    await customer.handle.temporal.terminate();
  });

  it('does not outlive its item, nor its parent', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a'), desk.record('b')];
    await desk.start('ApprovalDeskWorkflow');
    await desk.settled('a', 'b');
    desk.source.records = [desk.record('b')];
    await desk.handle.refresh();
    await desk.closed('a');
    await desk.settled('b');
    await desk.handle.cancel();
    await desk.closed('b');
    await env.expectNeverWedged(desk.ticket('a').workflowId);
    await env.expectNeverWedged(desk.ticket('b').workflowId);
  });

  it('does not keep who waits for a load: it comes at once, and the next execute() sees what it brings', async () => {
    const customer = await waiting();
    const { handle, profile, id } = customer;
    profile.records = [{ id, name: 'Grace' }];
    expect(await handle.refresh()).toMatchObject({ outcome: 'changed', changed: 1 });
    expect(await handle.data()).toMatchObject({ name: 'Grace' });
    expect(await handle.rotateToken('secret:OTHER')).toMatchObject({ outcome: 'failed' });
    expect((await handle.status()).status).toBe('unauthorized');
    // It was not called again meanwhile.
    expect(await handle.temporal.query('cycles')).toHaveLength(1);
    expect(await ends(customer)).toEqual([]);
    await handle.temporal.signal('approve');
    await eventually(async () => expect(await ends(customer)).toEqual(['approved']));
    await handle.temporal.terminate();
  });

  it('is called again after a load that came meanwhile', async () => {
    const { handle, profile, id } = await waiting();
    profile.records = [{ id, name: 'Grace' }];
    await handle.refresh();
    await handle.temporal.signal('approve');
    await eventually(async () =>
      expect(await handle.temporal.query('cycles')).toMatchObject([
        {},
        { triggers: ['refresh'], upserts: 1, deletes: 0 },
      ]),
    );
    await env.expectNeverWedged(handle.workflowId);
    await handle.temporal.terminate();
  });

  it('does not put continue-as-new off for ever: it is called again in the next run', async () => {
    const customer = await waiting(undefined, 'RollingApprovalWorkflow');
    const { temporal, workflowId } = customer.handle;
    const { runId } = await temporal.describe();
    let n = 0;
    await eventually(async () => {
      await temporal.signal('update', { entityName: 'Contact', data: { id: `n_${++n}` } });
      expect((await temporal.describe()).runId).not.toBe(runId);
    });
    // With the changes of the cycle that was not finished, and what came meanwhile.
    await eventually(async () => expect(await temporal.query('cycles')).not.toEqual([]));
    const [cycle] = await temporal.query<{ triggers: string[]; upserts: number }[]>('cycles');
    expect(cycle?.triggers).toEqual(expect.arrayContaining(['start', 'update']));
    expect(cycle?.upserts).toBeGreaterThanOrEqual(n);
    const [first] = await historiesOf(env.client, workflowId);
    expect(first?.events?.length).toBeLessThan(200);
    await temporal.signal('approve');
    await eventually(async () => expect(await ends(customer)).toContain('approved'));
    await eventuallyEqual(async () => (await customer.handle.status()).status, 'running');
    await env.expectNeverWedged(workflowId);
    await temporal.terminate();
  });
});

describe('onContinue() that waits', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  const hesitating = async (): Promise<TestCustomer> => {
    const customer = await env.loaded('HesitatingWorkflow');
    await eventually(async () => {
      await customer.handle.temporal.signal('nonsense');
      expect(await customer.handle.temporal.query('hesitates')).toBe(true);
    });
    return customer;
  };

  it('does not keep the workflow from ending', async () => {
    const [completed, bySignal, byServer] = await Promise.all([hesitating(), hesitating(), hesitating()]);
    await completed.handle.complete();
    await bySignal.handle.temporal.signal('cancel');
    await byServer.handle.cancel();
    expect(await completed.handle.result()).toMatchObject({ name: 'Ada' });
    await expect(bySignal.handle.temporal.result()).rejects.toThrow(WorkflowFailedError);
    await expect(byServer.handle.temporal.result()).rejects.toThrow(WorkflowFailedError);
    for (const { handle } of [completed, bySignal, byServer]) await env.expectNeverWedged(handle.workflowId);
  });

  it('nor who waits for a load', async () => {
    const { handle, profile, id } = await hesitating();
    profile.records = [{ id, name: 'Grace' }];
    expect(await handle.refresh()).toMatchObject({ outcome: 'changed', changed: 1 });
    await handle.temporal.signal('release');
    expect(await handle.refresh()).toMatchObject({ outcome: 'unchanged' });
    await env.expectNeverWedged(handle.workflowId);
  });
});
