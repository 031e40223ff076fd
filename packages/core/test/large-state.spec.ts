import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contact, contactsOf } from './support/contacts';
import { TestEnvironment } from './support/environment';
import { eventually, eventuallyEqual } from './support/eventually';

const MEGABYTE = 1_000_000;
const blob = (bytes: number): string => 'x'.repeat(bytes);

describe('a state that is too large', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  /** A workflow whose source gives three million bytes. */
  const large = async () => {
    const customer = env.customer();
    customer.contacts.records = contactsOf(3).map((record) => ({ ...record, blob: blob(MEGABYTE) }));
    await env.workflows().ensure({ id: customer.id });
    return customer;
  };

  it('degrades the workflow as soon as a load brings it; queries say why they cannot answer', async () => {
    const { handle } = await large();
    const { temporal, workflowId } = handle;
    expect((await handle.status()).status).toBe('degraded');
    const details = JSON.stringify(await temporal.query('__temporal_workflow_metadata'));
    expect(details).toMatch(/state: is 300\d{4} bytes, more than the 1900000 that maxStateBytes lets/);
    for (const query of ['state', 'data'])
      await expect(temporal.query(query)).rejects.toThrow(
        new RegExp(`The answer to ${query} is 300\\d{4} bytes, and 1900000 can be sent\\. Hold less, or`),
      );
    expect(await temporal.query('id')).toBeTruthy();
    expect(Object.keys(await handle.sources())).toEqual(['profile', 'contacts']);
    await env.expectNeverWedged(workflowId);
    await temporal.terminate();
  });

  it('and so do updates, counted in bytes and not in characters', async () => {
    const { handle } = await env.loaded();
    await handle.update({ entityName: 'Contact', data: { id: 'k_8', blob: 'ä'.repeat(MEGABYTE / 2) } });
    expect((await handle.status()).status).toBe('running');
    await handle.update({ entityName: 'Contact', data: { id: 'k_9', blob: 'ä'.repeat(MEGABYTE / 2) } });
    expect((await handle.status()).status).toBe('degraded');
    await handle.temporal.terminate();
  });

  it('is not one that a load brings for the first time, of which execute() has not heard yet', async () => {
    const customer = env.customer();
    customer.contacts.records = [{ ...contact('k_1'), blob: blob(1.2 * MEGABYTE) }];
    await env.workflows().ensure({ id: customer.id });
    expect((await customer.handle.status()).status).toBe('running');
    await customer.handle.temporal.terminate();
  });

  it('completes with STATE_TOO_LARGE in place of a result that nobody could receive', async () => {
    const { handle } = await large();
    await handle.complete();
    const error = await handle.temporal.result().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    expect((error as WorkflowFailedError).cause).toMatchObject({
      type: 'STATE_TOO_LARGE',
      message: expect.stringMatching(
        /^The data of the workflow, which is its result, is 300\d{4} bytes/,
      ) as unknown,
    });
    await env.expectNeverWedged(handle.workflowId);
  });

  it('can be cancelled, by signal and by the server', async () => {
    const [bySignal, byServer] = [await large(), await large()];
    await bySignal.handle.temporal.signal('cancel');
    await byServer.handle.cancel();
    await eventually(async () => {
      for (const { handle } of [bySignal, byServer])
        expect((await handle.temporal.describe()).status.name).toMatch(/^(COMPLETED|CANCELLED)$/);
    });
    for (const { handle } of [bySignal, byServer]) await env.expectNeverWedged(handle.workflowId);
  });

  it('is forgotten once it has shrunk: by the next load the workflow runs, and then continues as new', async () => {
    const customer = env.customer('NarrowWorkflow');
    customer.contacts.records = contactsOf(45);
    await env.workflows('NarrowWorkflow').ensure({ id: customer.id });
    const { handle } = customer;
    for (let i = 0; i < 5; i++) await handle.refresh();
    await eventuallyEqual(async () => (await handle.status()).status, 'degraded');
    const { runId } = await handle.temporal.describe();
    customer.contacts.records = [contact('k_1')];
    await handle.refresh({ acceptDeletions: true });
    expect((await handle.status()).status).toBe('running');
    const details = JSON.stringify(await handle.temporal.query('__temporal_workflow_metadata'));
    expect(details).not.toContain('maxStateBytes');
    await eventually(async () => {
      await handle.refresh();
      expect((await handle.temporal.describe()).runId).not.toBe(runId);
    });
    await env.expectNeverWedged(handle.workflowId);
  });
});
