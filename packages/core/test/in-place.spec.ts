import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';
import { eventsOf, taskFailures } from './support/history';

describe('state that is written to in place', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  it.each([
    ['data', 'name'],
    ['list', '2'],
    ['item', 'name'],
    ['state', 'Contact'],
    ['changes', 'Customer'],
    ['onChange', 'Contact'],
  ])('fails the task with what to do instead: %s', async (what, key) => {
    const customer = await env.loaded('ScribblingWorkflow');
    await customer.handle.update({ entityName: 'Customer', data: { plan: what } });
    await eventually(async () =>
      expect(taskFailures(await eventsOf(env.client, customer.handle.workflowId))).not.toEqual([]),
    );
    const [reason] = taskFailures(await eventsOf(env.client, customer.handle.workflowId));
    expect(reason).toContain(`"${key}" is part of the workflow's state, which is not changed in place`);
    expect(reason).toContain('Use this.update() or this.delete().');
    await customer.handle.temporal.terminate();
  });
});
