import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HANDLER_NAMES } from '../src/workflow/handlers';
import { type TestCustomer, TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';
import { CRM, testSecrets } from './support/secrets';
import type { SeenCycle } from './workflows';

describe("a user's class", () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ secrets: [testSecrets()] });
  });
  afterAll(() => env.stop());

  const cyclesOf = ({ handle }: TestCustomer): Promise<SeenCycle[]> =>
    handle.temporal.query<SeenCycle[]>('cycles');
  const plan = ({ handle }: TestCustomer, value: string): Promise<unknown> =>
    handle.update({ entityName: 'Customer', data: { plan: value } });

  it('reads what the workflow knows', async () => {
    const { id, handle } = await env.loaded('HandyWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
    expect(await handle.temporal.query('about')).toEqual({
      id,
      entityName: 'Customer',
      status: 'running',
      apiUrl: CRM,
      apiToken: 'secret:FIRST',
      name: 'Ada',
      held: ['Customer', 'Contact'],
    });
  });

  it('loads its sources in its own way', async () => {
    const customer = await env.loaded('HandyWorkflow');
    const outcomes = (): Promise<unknown> => customer.handle.temporal.query('outcomes');
    expect(await outcomes()).toEqual(['snapshot', 'snapshot']);
    customer.profile.records = [{ id: customer.id, name: 'Ada', plan: 'free' }];
    await customer.handle.refresh();
    expect((await outcomes()) as string[]).toHaveLength(3);
    expect(customer.contacts.looks).toHaveLength(1);
    customer.profile.faults.push(new Error('down'));
    await customer.handle.refresh();
    expect(((await outcomes()) as string[]).at(-1)).toBe('failed');
  });

  it('has signals of its own, and changes entities and asks for cycles itself', async () => {
    const customer = await env.loaded('HandyWorkflow');
    await customer.handle.temporal.signal('rename', 'Countess');
    await eventually(async () =>
      expect((await cyclesOf(customer)).at(-1)).toEqual({ triggers: ['request'], upserts: 1, deletes: 0 }),
    );
    expect(await customer.handle.data()).toMatchObject({ name: 'Countess' });
    expect(await customer.handle.rejectedSignals()).toMatchObject({ count: 0 });
  });

  it('changes entities in execute(), which starts no cycle', async () => {
    const customer = await env.loaded('HandyWorkflow');
    await plan(customer, 'prune');
    await eventually(async () => expect(await customer.handle.data()).toMatchObject({ plan: 'pruned 1' }));
    expect((await customer.handle.data())?.contacts).toEqual([{ id: 'k_2', name: 'Edsger' }]);
    expect(await cyclesOf(customer)).toHaveLength(2);
    // The next cycle tells of it.
    await customer.handle.refresh();
    await eventually(async () =>
      expect((await cyclesOf(customer)).at(-1)).toEqual({ triggers: ['refresh'], upserts: 1, deletes: 1 }),
    );
  });

  it('ends the workflow itself, with its data as the result', async () => {
    const customer = await env.loaded('HandyWorkflow');
    await plan(customer, 'done');
    expect(await customer.handle.result()).toMatchObject({ name: 'Ada', plan: 'done' });
  });

  it.each([
    ['execute()', 'broken', 'BROKEN'],
    ['onChange()', 'unheard', 'UNHEARD'],
  ])('fails the workflow with an ApplicationFailure from %s', async (_, value, type) => {
    const customer = await env.loaded('HandyWorkflow');
    await plan(customer, value);
    const error = await customer.handle.result().catch((reason: unknown) => reason as WorkflowFailedError);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    expect((error as WorkflowFailedError).cause).toMatchObject({ type });
    await env.expectNeverWedged(customer.handle.workflowId);
  });

  it("says in Temporal's UI what each of the contract's handlers is for", async () => {
    type Listed = readonly { readonly name?: string; readonly description?: string }[];
    const { handle } = await env.loaded('HandyWorkflow');
    const { definition } = await handle.temporal.query<{
      definition: { signalDefinitions: Listed; updateDefinitions: Listed; queryDefinitions: Listed };
    }>('__temporal_workflow_metadata');
    const { signalDefinitions, updateDefinitions, queryDefinitions } = definition;
    const listed = { signal: signalDefinitions, update: updateDefinitions, query: queryDefinitions };
    for (const kind of ['signal', 'update', 'query'] as const) {
      const described = listed[kind].filter(({ description }) => !!description).map(({ name }) => name);
      expect(described).toEqual(expect.arrayContaining([...HANDLER_NAMES[kind]]));
    }
  });

  it("shows in Temporal's UI how it and its sources are", async () => {
    const customer = await env.loaded('HandyWorkflow', { apiUrl: CRM });
    const details = async (): Promise<string> => {
      const metadata = await customer.handle.temporal.query<{ currentDetails?: string }>(
        '__temporal_workflow_metadata',
      );
      return metadata.currentDetails ?? '';
    };
    expect(await details()).toContain(`**Customer ${customer.id}** is **running**\n\nAddress: ${CRM}\n`);
    expect(await details()).toMatch(/\| profile \| scripted \| snapshot \| \d{4}-.*Z \| \d{4}-.*Z \| {2}\|/);
    customer.contacts.faults.push(new Error('a | b\nc'));
    await customer.handle.refresh();
    await customer.handle.temporal.signal('nonsense');
    await eventually(async () =>
      expect(await details()).toMatch(
        /is \*\*degraded\*\*[^]*fatal \(1×\): Source "contacts" \(scripted\): a \\\| b c/,
      ),
    );
    await customer.handle.refresh();
    await eventually(async () =>
      expect(await details()).toContain('Refused signals: 1; the last, `nonsense`'),
    );
  });

  it('takes every signal that nobody else does, if it says so', async () => {
    const { handle } = await env.started('KeepingWorkflow');
    await handle.temporal.signal('anything');
    await handle.temporal.signal('pause');
    expect(await handle.temporal.query('taken')).toEqual(['anything']);
    expect((await handle.status()).status).toBe('paused');
    expect(await handle.rejectedSignals()).toMatchObject({ count: 0 });
    await handle.temporal.terminate();
  });
});
