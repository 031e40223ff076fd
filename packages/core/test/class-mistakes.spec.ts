import { join } from 'node:path';
import type { WorkflowFailedError } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestEnvironment, type WorkflowName } from './support/environment';
import { eventually } from './support/eventually';
import { eventsOf, taskFailures } from './support/history';

/** A bundle of what is deployed in place of the shared test workflows. */
async function bundleOf(file: string): Promise<{ code: string }> {
  return bundleWorkflowCode({
    workflowsPath: join(__dirname, `workflows/deployed/${file}.ts`),
    logger: new DefaultLogger('ERROR'),
  });
}

describe('a mistake in a class', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ started: false });
  });
  afterAll(() => env.stop());

  /** Waits until the task of a workflow has failed, and gives the reason. */
  const failed = (workflowId: string): Promise<string> =>
    eventually(async () => {
      const failures = taskFailures(await eventsOf(env.client, workflowId));
      expect(failures).not.toEqual([]);
      return failures[0] as string;
    });

  describe('deployed under a workflow that runs', () => {
    const MISTAKES = [
      ['EveryWorkflow', 'refresh.every: is not a duration.'],
      ['IntoWorkflow', 'sources.contacts.into: "kontacts" is not a list that Customer has.'],
      ['PathsWorkflow', 'managedPaths.kontacts: is not a relation of Customer.'],
      ['CustomerWorkflow', 'entityName: "Customer" is not in the schema of this workflow, which has Client.'],
    ] as const;

    it('fails its task until corrected code comes, and then the workflow goes on', async () => {
      const [right, wrong] = await Promise.all([bundleOf('right'), bundleOf('wrong')]);
      const stopRight = await env.startWorker(undefined, { workflowBundle: right });
      const customers = await Promise.all(
        MISTAKES.map(async ([workflow]) => {
          const customer = await env.loaded(workflow as WorkflowName);
          await customer.handle.update({ entityName: 'Customer', data: { plan: 'ours alone' } });
          return customer;
        }),
      );
      await stopRight();
      // Due to continue as new by the next look, so that the next run begins with the new code.
      for (const { handle } of customers)
        for (let i = 0; i < 30; i++)
          await handle.temporal.signal('update', { entityName: 'Contact', data: { id: `n_${i}` } });
      const first = await Promise.all(customers.map(({ handle }) => handle.temporal.describe()));
      const stopWrong = await env.startWorker(undefined, { workflowBundle: wrong });
      for (const [i, [, reason]] of MISTAKES.entries())
        expect(await failed(customers[i]?.handle.workflowId as string)).toContain(reason);
      await stopWrong();
      await env.startWorker(undefined, { workflowBundle: right });
      for (const { handle } of customers) {
        await eventually(async () =>
          expect(await handle.data()).toMatchObject({ plan: 'ours alone', name: 'Ada' }),
        );
        expect(await handle.refresh()).toMatchObject({ outcome: 'unchanged' });
        expect((await handle.temporal.describe()).status.name).toBe('RUNNING');
        await handle.temporal.terminate();
      }
      expect(first.map(({ status }) => status.name)).toEqual(MISTAKES.map(() => 'RUNNING'));
      await env.stopWorkers();
    });
  });

  describe('found as it starts', () => {
    beforeAll(() => env.startWorker());
    afterAll(() => env.stopWorkers());

    it.each<readonly [WorkflowName, Record<string, unknown>, RegExp]>([
      ['MisdeclaredWorkflow', { entityName: 'Customer' }, /^refresh\.every: is not a duration\. Give/],
      [
        'MisdirectedWorkflow',
        { entityName: 'Customer' },
        /^sources\.profile\.into: "friends" is not a list that Customer has\. Use 'root' or a relation to many: contacts/,
      ],
      [
        'NamelessWorkflow',
        {},
        /^entityName: "Nameless" is not in the schema of this workflow, which has Customer/,
      ],
      ['NamelessWorkflow', { entityName: 'Nameless' }, /^entityName: "Nameless" is not in the schema/],
      [
        'PresumptuousWorkflow',
        { entityName: 'Customer' },
        /^setup: sets a handler for the query "status", which .* Give your query another name\./,
      ],
      ['MeddlingWorkflow', { entityName: 'Customer' }, /^setup: sets a handler for the signal "update"/],
      ['EarlyWorkflow', { entityName: 'Customer' }, /^setup: sets a handler for the update "refresh"/],
      [
        'UnnamedSecretWorkflow',
        { entityName: 'Customer' },
        /^sources\.profile\.credential: is not a credential reference/,
      ],
      ['DawdlingWorkflow', { entityName: 'Customer' }, /^setup: is asynchronous: nobody waits for it/],
      [
        'MisspeltWorkflow',
        { entityName: 'Customer' },
        /^refresh\.wach: is not an option there is\. Use every/,
      ],
      ['UnlimitedWorkflow', { entityName: 'Customer' }, /^maxHistoryEvents: is not a number\. Give one/],
    ])('fails the task of %s %o, and not the workflow', async (type, input, reason) => {
      const handle = await env.startRaw({ id: 'c', ...input }, type);
      expect(await failed(handle.workflowId)).toMatch(reason);
      expect((await handle.describe()).status.name).toBe('RUNNING');
      await handle.terminate();
    });

    it.each([
      ['signal', 'signal "delete"'],
      ['update', 'update "rotateToken"'],
      ['query', 'query "state"'],
      ['nothing', 'signal "pause"'],
      ['waiting', 'query "data"'],
    ])("a handler of the contract's that is replaced later fails the task: %s", async (plan, named) => {
      const { handle } = await env.loaded('UsurpingWorkflow');
      await handle.temporal.signal('update', { entityName: 'Customer', data: { plan } });
      expect(await failed(handle.workflowId)).toMatch(
        new RegExp(`^setHandler: sets a handler for the ${named}, which .* Give your \\w+ another name\\.`),
      );
      expect((await handle.temporal.describe()).status.name).toBe('RUNNING');
      await handle.temporal.terminate();
    });

    it('so it does by a handler of the class, and one of its own may be set at any time', async () => {
      const { handle } = await env.loaded('UsurpingWorkflow');
      await handle.update({ entityName: 'Customer', data: { plan: 'own' } });
      await eventually(async () => expect(await handle.temporal.query('mine')).toBe('mine'));
      await env.expectNeverWedged(handle.workflowId);
      await handle.temporal.signal('grab');
      expect(await failed(handle.workflowId)).toContain('sets a handler for the signal "update"');
      await handle.temporal.terminate();
    });

    it.each<readonly [WorkflowName, Record<string, unknown>, RegExp]>([
      ['CustomerWorkflow', { entityName: 'Nobody' }, /^entityName: "Nobody" is not in the schema/],
      ['CustomerWorkflow', { data: { contacts: [{}] } }, /^data\.contacts\[0\]: has no usable id/],
    ])('a bad start argument does fail %s: %o', async (type, input, reason) => {
      const handle = await env.startRaw({ id: 'c', ...input }, type);
      const error = (await handle.result().catch((failure: unknown) => failure)) as WorkflowFailedError;
      expect(error.cause?.message).toMatch(reason);
      await env.expectNeverWedged(handle.workflowId);
    });
  });
});
