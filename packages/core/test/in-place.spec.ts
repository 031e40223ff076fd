import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistry, statefulWorkflow } from '../src/worker';
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

describe('what a class gives to update()', () => {
  it('is taken as it is then, and as it would come from a client', async () => {
    const env = await TestEnvironment.start();
    try {
      const { handle } = await env.started('KeepingWorkflow');
      await handle.temporal.signal('put');
      expect(await handle.data()).toEqual({ tags: ['first'], seen: '1970-01-01T00:00:00.000Z' });
      await handle.temporal.terminate();
    } finally {
      await env.stop();
    }
  });
});

describe('in a bundle for production', () => {
  it('it is not looked for: reading the state costs nothing there', async () => {
    const registry = createRegistry([]);
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'production';
    let code: string;
    try {
      ({ code } = await bundleWorkflowCode({
        workflowsPath: join(__dirname, 'workflows/own-code.ts'),
        logger: new DefaultLogger('ERROR'),
        plugins: [statefulWorkflow({ registry })],
      }));
    } finally {
      process.env['NODE_ENV'] = before;
    }
    const env = await TestEnvironment.start({ worker: { workflowBundle: { code } } });
    try {
      const { handle } = await env.loaded('ScribblingWorkflow');
      await handle.update({ entityName: 'Customer', data: { plan: 'data' } });
      await eventually(async () => expect(await handle.temporal.query('cycles')).toHaveLength(2));
      await env.expectNeverWedged(handle.workflowId);
      await handle.temporal.terminate();
    } finally {
      await env.stop();
    }
  });
});
