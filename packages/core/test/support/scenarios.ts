import { expect } from 'vitest';
import type { TestCustomer, TestEnvironment } from './environment';
import { eventually, eventuallyEqual } from './eventually';
import { HIERARCHY_SCENARIOS } from './hierarchy-scenarios';
import { ScriptedFault } from './scripted-adapter';
import { CRM, CRM_TWO } from './secrets';

/** What recorded workflows live through. Gives those whose histories are kept, ended. */
export type Scenario = (env: TestEnvironment) => Promise<readonly Recorded[]>;

/** A workflow whose histories are kept. */
export interface Recorded {
  readonly workflowId: string;
  /** Its part in the scenario, where there are several. */
  readonly as?: string;
}

const INPUT = { apiUrl: CRM, apiToken: 'secret:FIRST' };
const WATCHED = 'WatchingWorkflow';

async function ended({ handle }: TestCustomer): Promise<readonly Recorded[]> {
  await handle.complete();
  await handle.result();
  return [handle];
}

/** The main shapes that a workflow's history can have, by the name of the file that keeps it. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  async loads(env) {
    const customer = await env.loaded('CustomerWorkflow', INPUT);
    const { handle, profile, contacts, id } = customer;
    await handle.refresh();
    profile.records = [{ id, name: 'Ada Lovelace' }];
    contacts.records = [{ id: 'k_2', name: 'Edsger' }];
    expect(await handle.refresh()).toMatchObject({ outcome: 'changed' });
    return ended(customer);
  },

  async signals(env) {
    const customer = await env.loaded('CustomerWorkflow', INPUT);
    const { temporal } = customer.handle;
    await temporal.signal('update', { entityName: 'Contact', data: { id: 'k_3', name: 'Barbara' } });
    await temporal.signal('delete', { entityName: 'Contact', deletions: { Contact: ['k_1'] } });
    await temporal.signal('data', { plan: 'free' });
    await temporal.signal('refresh');
    await temporal.signal('update', 'nonsense');
    await temporal.signal('nobodyKnows', 1);
    await temporal.signal('pause');
    await temporal.signal('apiToken', 'secret:SECOND');
    await temporal.signal('apiUrl', CRM_TWO);
    await temporal.signal('resume');
    await eventuallyEqual(async () => (await customer.handle.pendingChanges()).upserts, {});
    await eventually(() => expect(customer.profile.looks.at(-1)?.apiUrl).toBe(CRM_TWO));
    return ended(customer);
  },

  async updates(env) {
    const customer = await env.loaded('CustomerWorkflow', INPUT);
    const { handle } = customer;
    await handle.update({ entityName: 'Customer', data: { plan: 'free' }, strategy: '$set' });
    await handle.rotateToken('secret:SECOND');
    await Promise.all([handle.refresh(), handle.refresh(), handle.refresh({ acceptDeletions: true })]);
    return ended(customer);
  },

  async failures(env) {
    const customer = await env.loaded('CustomerWorkflow', INPUT);
    const { handle, profile, contacts } = customer;
    profile.faults.push(new ScriptedFault('transient'));
    await handle.refresh();
    profile.faults.push(new ScriptedFault('transient'), new ScriptedFault('transient'));
    contacts.faults.push(new ScriptedFault('gone'));
    await handle.refresh();
    profile.faults.push(new ScriptedFault('unauthorized'));
    await handle.refresh();
    expect((await handle.status()).status).toBe('unauthorized');
    await handle.rotateToken('secret:SECOND');
    return ended(customer);
  },

  async supersede(env) {
    const customer = await env.loaded('CustomerWorkflow', INPUT);
    const { handle, profile } = customer;
    const gate = profile.hold();
    const refresh = handle.refresh();
    await gate.reached;
    await handle.setApiUrl(CRM_TWO);
    await refresh;
    gate.release();
    return ended(customer);
  },

  async 'continue-as-new'(env) {
    const customer = await env.loaded('BurstWorkflow', INPUT);
    const { runId } = await customer.handle.temporal.describe();
    await customer.handle.temporal.signal('nonsense');
    await eventually(async () => {
      await customer.handle.update({
        entityName: 'Customer',
        data: { plan: String(customer.profile.looks.length) },
      });
      await customer.handle.refresh();
      expect((await customer.handle.temporal.describe()).runId).not.toBe(runId);
    });
    await customer.handle.refresh();
    return ended(customer);
  },

  async polling(env) {
    const customer = await env.loaded('PollingWorkflow');
    await eventually(() => expect(customer.profile.looks.length).toBeGreaterThan(2));
    return ended(customer);
  },

  async watch(env) {
    const customer = await env.loaded(WATCHED);
    customer.profile.records = [{ id: customer.id, name: 'News' }];
    await eventually(async () => expect(await customer.handle.data()).toMatchObject({ name: 'News' }));
    await customer.handle.refresh();
    return ended(customer);
  },

  async cancelled(env) {
    const customer = await env.loaded('CustomerWorkflow', INPUT);
    const gate = customer.profile.hold();
    await customer.handle.temporal.signal('refresh');
    await gate.reached;
    await customer.handle.cancel();
    await expect(customer.handle.result()).rejects.toThrow();
    gate.release();
    return [customer.handle];
  },

  ...HIERARCHY_SCENARIOS,
};
