import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StatefulClient, StatefulHandle } from '../src/client';
import { TestEnvironment, type WorkflowName } from './support/environment';
import { eventually } from './support/eventually';

describe('a workflow that has failed', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    const fetchPlan = (): Promise<string> => Promise.reject(new Error('the plans are down'));
    env = await TestEnvironment.start({ worker: { activities: { fetchPlan } } });
  });
  afterAll(() => env.stop());

  const failed = async (handle: StatefulHandle): Promise<void> => {
    await eventually(async () => expect((await handle.temporal.describe()).status.name).toBe('FAILED'));
  };

  it('says so, and why, when it failed in a cycle', async () => {
    const { handle, profile } = await env.started('StrictWorkflow');
    profile.onLoad = () => {
      throw new Error('nothing to be had');
    };
    await handle.temporal.signal('refresh');
    await failed(handle);
    expect(await handle.temporal.query('status')).toBe('failed');
    expect(await handle.status()).toMatchObject({ status: 'failed', problem: 'gave up on profile' });
    const reason = {
      code: 'WORKFLOW_ENDED',
      message: expect.stringContaining('gave up on profile') as unknown,
    };
    await expect(handle.refresh()).rejects.toMatchObject(reason);
    await expect(handle.pause()).rejects.toMatchObject(reason);
    // What it held last can be read still.
    expect(await handle.data()).not.toBeUndefined();
  });

  it.each<readonly [WorkflowName, string]>([
    ['FailingByHandWorkflow', 'failed by hand'],
    ['FailingSetupWorkflow', 'failed in setup'],
    ['ParticularWorkflow', 'out of range'],
    ['FailingCallWorkflow', 'the plans are down'],
  ])('says so, and why, when it failed elsewhere: %s', async (workflow, problem) => {
    const { handle } = await env.started(workflow);
    if (workflow === 'FailingByHandWorkflow') await handle.temporal.signal('fail');
    await failed(handle);
    expect(await handle.status()).toMatchObject({ status: 'failed', problem });
    expect(await handle.temporal.query('status')).toBe('failed');
    await expect(handle.refresh()).rejects.toMatchObject({
      code: 'WORKFLOW_ENDED',
      message: expect.stringContaining(problem) as unknown,
    });
  });

  it('counts as cancelled when it was terminated', async () => {
    const { handle } = await env.loaded();
    await handle.temporal.terminate('by a test');
    expect(await handle.status()).toMatchObject({ status: 'cancelled' });
  });

  it('says that it ran out of time, when it did', async () => {
    const { handle, id } = env.customer();
    await env.workflows().start({ id }, { workflowRunTimeout: '1 second' });
    await eventually(async () => expect((await handle.temporal.describe()).status.name).toBe('TIMED_OUT'));
    const problem = expect.stringMatching(/ran out of the time/) as unknown;
    expect(await handle.status()).toMatchObject({ status: 'failed', problem });
    await expect(handle.refresh()).rejects.toMatchObject({ code: 'WORKFLOW_ENDED', message: problem });
  });

  it('says at every call why its start was refused', async () => {
    const temporal = await env.startRaw({ id: 'c_1', apiUrl: 'no address' });
    const handle = new StatefulHandle(env.client, temporal.workflowId);
    await failed(handle);
    const reason = { message: expect.stringMatching(/takes nothing any more.* failed: apiUrl: /) as unknown };
    for (const call of [
      () => handle.refresh(),
      () => handle.rotateToken('secret:OTHER'),
      () => handle.update({ entityName: 'Customer', data: { plan: 'free' } }),
      () => handle.pause(),
      () => handle.data(),
      () => handle.state(),
      () => handle.children(),
    ])
      await expect(call()).rejects.toMatchObject(reason);
    expect(await handle.temporal.query('status')).toBe('failed');
    expect(await handle.status()).toMatchObject({
      status: 'failed',
      problem: expect.stringMatching(/^apiUrl: /) as unknown,
    });
    expect(await handle.rejectedSignals()).toMatchObject({ count: 1, recent: [{ signal: 'start' }] });
  });

  it('says to who starts it with a refresh why its start was refused', async () => {
    // Nothing is wrong with the argument, so that the client sends it: the class has no such entity.
    const { id } = env.customer();
    const reason = { message: expect.stringContaining('is not in the schema of this workflow') as unknown };
    const nobodies = new StatefulClient(env.client, {
      workflow: 'CustomerWorkflow',
      taskQueue: env.taskQueue,
      entityName: 'Nobody',
    });
    await expect(nobodies.ensure({ id })).rejects.toMatchObject(reason);
    await expect(nobodies.get(id).refresh()).rejects.toMatchObject(reason);
  });
});
