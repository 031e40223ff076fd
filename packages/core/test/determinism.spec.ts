import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestEnvironment } from './support/environment';
import { eventually, eventuallyEqual } from './support/eventually';
import { historiesOf } from './support/history';
import { ScriptedFault } from './support/scripted-adapter';
import { CRM, CRM_TWO, testSecrets } from './support/secrets';

/** A worker that keeps no workflow replays one for every task: what is not deterministic fails the task. */
describe('a workflow that is replayed for every task', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ secrets: [testSecrets()], worker: { maxCachedWorkflows: 0 } });
  });
  afterAll(() => env.stop());

  it('does all it can do, over several runs', async () => {
    const customer = await env.loaded('BurstWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
    const { handle, profile, contacts, id } = customer;
    const { temporal } = handle;
    for (let round = 0; round < 3; round++) {
      profile.records = [{ id, name: `Ada ${round}` }];
      await handle.refresh();
      expect(await handle.data()).toMatchObject({ name: `Ada ${round}` });
      await temporal.signal('update', { entityName: 'Contact', data: { id: `k_${round}x`, name: 'Told' } });
      await temporal.signal('update', 'nonsense');
      contacts.onLoad = () => {
        throw new ScriptedFault('gone');
      };
      expect(await handle.refresh()).toMatchObject({ outcome: 'failed' });
      contacts.onLoad = () => {};
      expect(await handle.rotateToken(round % 2 ? 'secret:FIRST' : 'secret:SECOND')).toMatchObject({
        outcome: 'unchanged',
      });
      const gate = profile.hold();
      await temporal.signal('refresh');
      await gate.reached;
      await handle.setApiUrl(round % 2 ? CRM : CRM_TWO);
      gate.release();
      await handle.pause();
      await handle.delete({ entityName: 'Contact', deletions: { Contact: [`k_${round}x`] } });
      await handle.resume();
      expect(await handle.update({ entityName: 'Customer', data: { plan: `${round}` } })).toEqual({
        upserted: 1,
        deleted: 0,
      });
    }
    await eventuallyEqual(async () => (await handle.status()).status, 'running');
    expect(await handle.data()).toMatchObject({ name: 'Ada 2', plan: '2', contacts: [{}, {}] });
    expect(await handle.rejectedSignals()).toMatchObject({ count: 3 });
    expect((await historiesOf(env.client, handle.workflowId)).length).toBeGreaterThan(1);
    await env.expectNeverWedged(handle.workflowId);
    await handle.complete();
    expect(await handle.result()).toMatchObject({ name: 'Ada 2' });
  });

  it('also polls, and watches', async () => {
    const polling = await env.loaded('PollingWorkflow');
    const watching = await env.loaded('WatchingWorkflow');
    for (const { profile, id, handle } of [polling, watching]) {
      profile.records = [{ id, name: 'News' }];
      await eventually(async () => expect(await handle.data()).toMatchObject({ name: 'News' }));
      await env.expectNeverWedged(handle.workflowId);
      await handle.complete();
    }
  });
});
