import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { isLoaded, StatefulClient } from '../src/client';
import { TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';
import { eventsOf } from './support/history';
import { AuditingWorkflow } from './workflows/auditing';
import { ContactWorkflow, CustomerWorkflow } from './workflows/checked';

/** What marks zod's code in a bundle. */
const ZOD = 'ZodObject';

describe('a workflow of a schema that a library declares', () => {
  let env: TestEnvironment;
  let code: string;
  beforeAll(async () => {
    ({ code } = await bundleWorkflowCode({
      workflowsPath: join(__dirname, 'workflows/checked.ts'),
      preloadModules: [join(__dirname, '../src/workflow.ts')],
      logger: new DefaultLogger('ERROR'),
    }));
    env = await TestEnvironment.start({ worker: { workflowBundle: { code } } });
  });
  afterAll(() => env.stop());

  it('loads, follows its items and takes what its client writes, by the types of the schema', async () => {
    const { client, taskQueue } = env;
    const customers = new StatefulClient(client, { workflow: CustomerWorkflow, taskQueue });
    const profile = { id: 'typed_1', name: 'Ada', plan: 'team', born: new Date('1815-12-10') };
    env.sources.of('typed_1', 'profile').records = [profile];
    const { handle: customer } = await customers.ensure({ id: 'typed_1' });

    await eventually(async () =>
      expect(await customer.data()).toMatchObject({ greeting: 'Ada knows Grace, Edsger' }),
    );
    await customer.update({ entityName: 'Customer', add: { contacts: [{ id: 'k_3', name: 'Barbara' }] } });
    const data = await customer.data();
    expect(isLoaded(data, 'contacts') && data.contacts.map(({ id }) => id)).toEqual(['k_1', 'k_2', 'k_3']);
    // As the type says: a date travels as text.
    expect(data?.born).toBe('1815-12-10T00:00:00.000Z');
    expect((await customer.state()).Customer?.['typed_1']?.contacts).toEqual(['k_1', 'k_2', 'k_3']);
    expect((await customer.children()).map(({ id }) => id)).toEqual(['k_1', 'k_3']);
    const contacts = new StatefulClient(client, { workflow: ContactWorkflow, taskQueue });
    await eventually(async () => expect(await contacts.get('k_3').data()).toMatchObject({ name: 'Barbara' }));

    await env.expectNeverWedged(customer.workflowId);
    // What its fields are is not in the history, and it replays.
    const history = await customer.temporal.fetchHistory();
    expect(schemasIn(await eventsOf(client, customer.workflowId))).toContainEqual({
      Customer: { relations: { contacts: ['Contact'] } },
      Contact: {},
    });
    await Worker.runReplayHistory({ workflowBundle: { code } }, history, customer.workflowId);
    await customer.cancel();
    await contacts
      .get('k_3')
      .result()
      .catch(() => {});
  });

  it('has the library in its bundle, and the others have not', async () => {
    expect(code).toContain(ZOD);
    expect(await readFile(inject('workflowBundle'), 'utf8')).not.toContain(ZOD);
  });
});

/** The schemas that loads were asked with. */
function schemasIn(events: Awaited<ReturnType<typeof eventsOf>>): unknown[] {
  return events.flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
    (scheduled?.input?.payloads ?? []).map(({ data }) => {
      const { schema } = JSON.parse(Buffer.from(data ?? []).toString()) as { readonly schema?: unknown };
      return schema;
    }),
  );
}

describe('a class that says what its root entity is', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  it('may go by another name, and be one of several for an entity', async () => {
    const { client, taskQueue } = env;
    const audits = new StatefulClient(client, { workflow: AuditingWorkflow, taskQueue });
    expect(audits.workflowId('audited_1')).toBe('Customer-audited_1');
    const { handle } = await audits.ensure({ id: 'audited_1' });
    await handle.update({ entityName: 'Customer', data: { plan: 'free' } });
    await eventually(async () =>
      expect(await handle.temporal.query('plans')).toEqual(['none to pro', 'pro to free']),
    );
    await handle.complete();
    expect(await handle.result()).toMatchObject({ name: 'Ada', plan: 'free' });
  });

  it('refuses to be started with another, with what to do', async () => {
    const handle = await env.startRaw({ id: 'k_1', entityName: 'Contact' }, 'AuditingWorkflow');
    await expect(handle.result()).rejects.toMatchObject({
      cause: {
        message: expect.stringMatching(
          /^entityName: is "Contact", and the class of this workflow says that its root entity is "Customer"\. Leave it out/,
        ) as string,
      },
    });
  });
});
