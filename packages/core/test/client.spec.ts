import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StatefulClient } from '../src/client';
import { InvalidInputError } from '../src/index';
import { TestEnvironment } from './support/environment';
import { eventually, eventuallyEqual } from './support/eventually';
import { CRM, CRM_TWO, testSecrets, TOKENS } from './support/secrets';

describe('the typed client', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ secrets: [testSecrets()] });
  });
  afterAll(() => env.stop());

  it('start() starts the workflow of an entity, once', async () => {
    const { id } = env.customer();
    const handle = await env.workflows().start({ id, data: { name: 'Early' } });
    expect(handle.workflowId).toBe(`Customer-${id}`);
    expect(await handle.data()).toMatchObject({ name: expect.any(String) });
    await expect(env.workflows().start({ id })).rejects.toThrow(WorkflowExecutionAlreadyStartedError);
  });

  it('passes on what Temporal can be told at start', async () => {
    const { id } = env.customer();
    const handle = await env.workflows().start({ id }, { memo: { team: 'billing' } });
    expect((await handle.temporal.describe()).memo).toEqual({ team: 'billing' });
  });

  it('names entity and workflow type from the workflow, unless told', () => {
    const PersonWorkflow = async (): Promise<{ name: string }> => ({ name: '' });
    const typed = new StatefulClient(env.client, { workflow: PersonWorkflow, taskQueue: 'q' });
    expect(typed.workflowId('7')).toBe('Person-7');
    const named = new StatefulClient(env.client, {
      workflow: 'PersonWorkflow',
      taskQueue: 'q',
      entityName: 'Human',
    });
    expect(named.workflowId('7')).toBe('Human-7');
  });

  it('ensure() starts a workflow and gives the load', async () => {
    const { id } = env.customer();
    const { handle, result } = await env.workflows().ensure({ id });
    expect(result).toEqual({ outcome: 'changed', changed: 3, checkedAt: expect.any(String) });
    expect(await handle.data()).toMatchObject({ id, name: 'Ada' });
  });

  it('ensure() refreshes a workflow that runs', async () => {
    const customer = await env.loaded();
    const { runId } = await customer.handle.temporal.describe();
    customer.profile.records = [{ id: customer.id, name: 'Countess' }];
    const { handle, result } = await env.workflows().ensure({ id: customer.id });
    expect(result).toMatchObject({ outcome: 'changed', changed: 1 });
    expect(await handle.data()).toMatchObject({ name: 'Countess' });
    expect((await handle.temporal.describe()).runId).toBe(runId);
  });

  it('requestRefresh() has a workflow load and does not wait for that', async () => {
    const customer = await env.loaded();
    customer.profile.records = [{ id: customer.id, name: 'Countess' }];
    const gate = customer.profile.hold();
    await customer.handle.requestRefresh();
    await gate.reached;
    gate.release();
    await eventually(async () => expect(await customer.handle.data()).toMatchObject({ name: 'Countess' }));
    const { handle } = env.customer();
    await expect(handle.requestRefresh()).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
    await expect(handle.requestRefresh({ acceptDeletions: false as true })).rejects.toThrow(
      InvalidInputError,
    );
  });

  it('requestRefresh() of a client starts the workflow if need be, and leaves alone what has ended', async () => {
    const { id } = env.customer();
    const handle = await env.workflows().requestRefresh({ id });
    await eventually(async () => expect(await handle.data()).toMatchObject({ id, name: 'Ada' }));
    const { runId } = await handle.temporal.describe();
    await env.workflows().requestRefresh({ id });
    expect((await handle.temporal.describe()).runId).toBe(runId);
    await handle.complete();
    await handle.result();
    const once = { workflowIdReusePolicy: 'REJECT_DUPLICATE' } as const;
    await expect(env.workflows().requestRefresh({ id }, once)).rejects.toThrow(
      WorkflowExecutionAlreadyStartedError,
    );
    await expect(env.workflows().requestRefresh({ id, apiUrl: 'crm' })).rejects.toThrow(InvalidInputError);
  });

  it('data(), state(), apiUrl() and apiToken() ask the workflow', async () => {
    const { handle, id } = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
    expect((await handle.data())?.contacts?.map((contact) => contact.name)).toEqual(['Grace', 'Edsger']);
    expect((await handle.state())['Customer']?.[id]).toMatchObject({ contacts: ['k_1', 'k_2'] });
    expect(await handle.apiUrl()).toBe(CRM);
    expect(await handle.apiToken()).toMatchObject({ reference: 'secret:FIRST' });
    expect(await handle.rejectedSignals()).toEqual({ count: 0, recent: [] });
  });

  it('status() says how the workflow and its sources are', async () => {
    const { handle } = await env.loaded();
    const { status, sources, lastCheckedAt } = await handle.status();
    expect(status).toBe('running');
    expect(Object.keys(sources)).toEqual(['profile', 'contacts']);
    const checked = Object.values(sources).map((source) => source.lastCheckedAt ?? '');
    expect(lastCheckedAt).toBe(checked.toSorted()[0]);
  });

  it('status() has no lastCheckedAt while a source was never reached', async () => {
    const customer = env.customer();
    customer.contacts.faults.push(new Error('down'));
    await env.workflows().ensure({ id: customer.id });
    const report = await customer.handle.status();
    expect(report.status).toBe('degraded');
    expect(report).not.toHaveProperty('lastCheckedAt');
  });

  it('refresh(), update() and delete() do so', async () => {
    const { handle, contacts } = await env.loaded();
    contacts.records = [...contacts.records, { id: 'k_3', name: 'Barbara' }];
    expect(await handle.refresh()).toMatchObject({ outcome: 'changed', changed: 2 });
    const summary = await handle.update({ entityName: 'Customer', data: { plan: 'team' }, strategy: '$set' });
    expect(summary).toEqual({ upserted: 1, deleted: 0 });
    await handle.delete({ entityName: 'Contact', deletions: { Contact: ['k_3'] } });
    await eventually(async () => expect((await handle.data())?.contacts).toHaveLength(2));
    expect(await handle.data()).toMatchObject({ plan: 'team' });
  });

  it('rotateToken() waits for the load that uses the new token', async () => {
    const { handle, profile } = await env.loaded('CustomerWorkflow', {
      apiUrl: CRM,
      apiToken: 'secret:FIRST',
    });
    expect(await handle.rotateToken('secret:SECOND')).toMatchObject({ outcome: 'unchanged' });
    expect(profile.looks.at(-1)?.token).toBe(TOKENS.SECOND);
    expect(await handle.apiToken()).toMatchObject({ reference: 'secret:SECOND' });
  });

  it('setApiUrl() moves the workflow', async () => {
    const { handle, profile } = await env.loaded('CustomerWorkflow', { apiUrl: CRM });
    await handle.setApiUrl(CRM_TWO);
    await eventually(() => expect(profile.looks.at(-1)?.apiUrl).toBe(CRM_TWO));
  });

  it('pause() and resume()', async () => {
    const { handle } = await env.loaded();
    await handle.pause();
    expect((await handle.status()).status).toBe('paused');
    await handle.resume();
    await eventuallyEqual(async () => (await handle.status()).status, 'running');
  });

  it('cancel() closes the workflow as cancelled', async () => {
    const { handle } = await env.loaded();
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(/cancel/i);
    expect((await handle.temporal.describe()).status.name).toBe('CANCELLED');
    expect(await handle.temporal.query('status')).toBe('cancelled');
  });

  it('cancel() in mid-load closes the workflow as cancelled', async () => {
    const { handle, profile } = await env.loaded();
    const gate = profile.hold();
    await handle.temporal.signal('refresh');
    await gate.reached;
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    expect((await handle.temporal.describe()).status.name).toBe('CANCELLED');
    gate.release();
  });

  it('complete() ends the workflow, and result() is its data', async () => {
    const { handle } = await env.loaded();
    const result = handle.result();
    await handle.complete();
    expect(await result).toMatchObject({ name: 'Ada' });
    expect((await handle.status()).status).toBe('completed');
  });

  it('refresh() of a workflow that ends meanwhile fails and says so', async () => {
    const { handle, profile } = await env.loaded();
    const gate = profile.hold();
    const refresh = handle.refresh();
    await gate.reached;
    await Promise.all([expect(refresh).rejects.toMatchObject({ code: 'WORKFLOW_ENDED' }), handle.complete()]);
    gate.release();
  });

  it('says WORKFLOW_NOT_FOUND, with the id, when there is no workflow', async () => {
    const { handle } = env.customer();
    const missing = { name: 'StatefulWorkflowError', code: 'WORKFLOW_NOT_FOUND' };
    const calls = [
      () => handle.data(),
      () => handle.state(),
      () => handle.status(),
      () => handle.sources(),
      () => handle.refresh(),
      () => handle.rotateToken('secret:FIRST'),
      () => handle.setApiUrl(CRM),
      () => handle.update({ entityName: 'Contact', data: { id: 'k' } }),
      () => handle.delete({ entityName: 'Contact', deletions: { Contact: ['k'] } }),
      () => handle.pause(),
      () => handle.resume(),
      () => handle.cancel(),
      () => handle.complete(),
      () => handle.result(),
    ];
    for (const call of calls) {
      const error: unknown = await call().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error, String(call)).toMatchObject(missing);
      expect((error as Error).message).toContain(`"${handle.workflowId}"`);
    }
  });

  it('says WORKFLOW_NOT_FOUND when the workflow has ended', async () => {
    const { handle } = await env.loaded();
    await handle.complete();
    await handle.result();
    await expect(handle.pause()).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
    await expect(handle.refresh()).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
  });

  describe('refuses before anything is sent', () => {
    const plaintext = 'plain-token-1234' as 'secret:x';

    it('a token in plaintext, without repeating it', async () => {
      const { id, handle } = env.customer();
      for (const call of [
        () => env.workflows().start({ id, apiToken: plaintext }),
        () => env.workflows().ensure({ id, apiToken: plaintext }),
        () => handle.rotateToken(plaintext),
      ]) {
        const error = (await call().catch((reason: unknown) => reason)) as InvalidInputError;
        expect(error).toBeInstanceOf(InvalidInputError);
        expect(error.code).toBe('CREDENTIAL_PLAINTEXT');
        expect(error.message).not.toContain(plaintext);
      }
      await expect(handle.temporal.describe()).rejects.toThrow();
    });

    it('an empty id, a relative address, another entity, an unknown field', async () => {
      const start = (input: object): Promise<unknown> => env.workflows().start(input as { id: string });
      await expect(start({ id: '' })).rejects.toMatchObject({ field: 'id' });
      await expect(start({ id: 'a', apiUrl: '/x' })).rejects.toMatchObject({ field: 'apiUrl' });
      await expect(start({ id: 'a', entityName: 'Order' })).rejects.toMatchObject({ field: 'entityName' });
      await expect(start({ id: 'a', colour: 1 })).rejects.toMatchObject({ field: 'colour' });
    });

    it('payloads that the workflow would refuse', async () => {
      const { handle } = env.customer();
      await expect(handle.setApiUrl('ftp://x')).rejects.toMatchObject({ field: 'apiUrl' });
      await expect(handle.update({ entityName: 'Contact' })).rejects.toMatchObject({ field: 'data' });
      await expect(handle.delete({ entityName: '' })).rejects.toMatchObject({ field: 'entityName' });
    });
  });

  it('gives the refusal of an update that only the workflow could refuse', async () => {
    const { handle } = await env.loaded();
    await expect(handle.update({ entityName: 'Ticket', data: { id: 't' } })).rejects.toMatchObject({
      name: 'StatefulWorkflowError',
      code: 'INPUT_INVALID',
      message: expect.stringContaining('"Ticket" is not an entity of this workflow'),
    });
  });
});
