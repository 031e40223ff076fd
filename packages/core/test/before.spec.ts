import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestCustomer, TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';
import { historiesOf } from './support/history';
import type { Recalled } from './workflows';

describe('what a value was before', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  const recalled = ({ handle }: TestCustomer): Promise<Record<'executed' | 'changed', Recalled[]>> =>
    handle.temporal.query('recalled');
  const plan = ({ handle }: TestCustomer, value: string): Promise<unknown> =>
    handle.update({ entityName: 'Customer', data: { plan: value } });

  it('is told to execute() and onChange(), for what changed since each', async () => {
    const customer = await env.loaded('RecallingWorkflow');
    const { id, handle } = customer;
    customer.profile.records = [{ id, name: 'Countess', plan: 'pro' }];
    await handle.refresh();
    await handle.delete({ entityName: 'Contact', deletions: { Contact: ['k_2'] } });
    const expected = [
      {},
      { customer: { name: 'Ada' } },
      { customer: { contacts: ['k_1', 'k_2'] }, k_2: { id: 'k_2', name: 'Edsger' } },
    ];
    await eventually(async () =>
      expect(await recalled(customer)).toEqual({ executed: expected, changed: expected }),
    );
  });

  it('is kept until execute() has seen it, while a source fails and through continue-as-new', async () => {
    const customer = await env.loaded('BriefRecallingWorkflow');
    const { contacts, handle } = customer;
    const { runId } = await handle.temporal.describe();
    contacts.faults.push(...Array.from({ length: 1_000 }, () => new Error('down')));
    for (const value of ['free', 'team']) await plan(customer, value);
    await handle.delete({ entityName: 'Contact', deletions: { Contact: ['k_2'] } });
    await eventually(async () => {
      await handle.refresh();
      expect((await handle.temporal.describe()).runId).not.toBe(runId);
    });
    await plan(customer, 'closed');
    contacts.faults.length = 0;
    await handle.refresh();
    await eventually(async () =>
      expect((await recalled(customer)).executed).toEqual([
        { customer: { plan: 'pro', contacts: ['k_1', 'k_2'] }, k_2: { id: 'k_2', name: 'Edsger' } },
      ]),
    );
    expect((await recalled(customer)).changed.at(-1)).toEqual({ customer: { plan: 'team' } });
    expect((await historiesOf(env.client, handle.workflowId)).length).toBeGreaterThan(1);
    await env.expectNeverWedged(handle.workflowId);
  });
});
