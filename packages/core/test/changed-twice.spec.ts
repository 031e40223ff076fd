import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDesk } from './support/desk';
import { TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';
import { ScriptedFault } from './support/scripted-adapter';
import { bundleOf } from './support/stages';

describe('a class that is changed again', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ started: false });
  });
  afterAll(() => env.stop());

  const deploy = async (stage: string): Promise<void> => {
    await env.stopWorkers();
    await env.startWorker(undefined, { workflowBundle: await bundleOf(stage) });
  };
  const begun = async (): Promise<TestDesk> => {
    await deploy('before');
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a')];
    await desk.start('UpgradingDeskWorkflow');
    await desk.settled('a');
    return desk;
  };
  const runOf = async (desk: TestDesk): Promise<string> => (await desk.handle.temporal.describe()).runId;
  const rolled = async (desk: TestDesk): Promise<void> => {
    const runId = await runOf(desk);
    await desk.handle.roll();
    await eventually(async () => expect(await runOf(desk)).not.toBe(runId));
  };
  const sourcesOf = async (desk: TestDesk): Promise<string[]> =>
    Object.keys((await desk.handle.status()).sources);
  /** Has the next run begin with these sources. */
  const goesOn = async (desk: TestDesk, ...sources: string[]): Promise<void> => {
    desk.source.records = [desk.record('a', { title: sources.join() })];
    expect((await desk.handle.refresh()).errors).toBeUndefined();
    await eventually(async () => {
      expect(await sourcesOf(desk)).toEqual(sources);
      expect(await desk.handle.data()).toMatchObject({ name: 'Ada', tickets: [{ title: sources.join() }] });
    });
    await desk.holds('a', { title: sources.join() });
    await env.expectNeverWedged(desk.handle.workflowId);
  };

  it('back, while a run by the change waits', async () => {
    const desk = await begun();
    await deploy('a source is removed');
    await rolled(desk);
    expect(await sourcesOf(desk)).toEqual(['tickets']);
    await deploy('before');
    await goesOn(desk, 'profile', 'tickets');
  });

  it('before a run has noticed', async () => {
    const desk = await begun();
    await deploy('a source is removed');
    // The run is replayed for that, and nothing of it is in its history.
    expect((await desk.handle.status()).status).toBe('running');
    await deploy('a source is renamed');
    await goesOn(desk, 'details', 'tickets');
  });

  it('under a run that has no record of its own', async () => {
    const desk = await begun();
    await rolled(desk);
    await deploy('a source is renamed');
    await goesOn(desk, 'details', 'tickets');
  });

  it('under a run that has no record of its own, and is reset', async () => {
    const desk = await begun();
    await rolled(desk);
    await desk.handle.update({ entityName: 'Desk', data: { note: 'written' } });
    await desk.settled('a');
    const { workflowId, temporal } = desk.handle;
    const { events } = await temporal.fetchHistory();
    const task = events?.findLast((event) => event.workflowTaskCompletedEventAttributes);
    await deploy('a source is renamed');
    const runId = await runOf(desk);
    await env.client.workflowService.resetWorkflowExecution({
      namespace: env.client.options.namespace,
      workflowExecution: { workflowId, runId },
      workflowTaskFinishEventId: task?.eventId,
      requestId: randomUUID(),
    });
    await goesOn(desk, 'details', 'tickets');
    expect(await runOf(desk)).not.toBe(runId);
  });

  it('while the workflow is paused', async () => {
    const desk = await begun();
    await desk.handle.pause();
    await eventually(async () => expect((await desk.handle.status()).status).toBe('paused'));
    await deploy('a source is added');
    await rolled(desk);
    expect((await desk.handle.status()).status).toBe('paused');
    expect(await desk.handle.data()).not.toHaveProperty('phones');
    await desk.handle.resume();
    await eventually(async () => expect(await desk.handle.data()).toMatchObject({ phones: ['1', '2'] }));
    await desk.settled('a');
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  it('while its token is refused', async () => {
    const desk = await begun();
    desk.source.faults.push(new ScriptedFault('unauthorized'), new ScriptedFault('unauthorized'));
    await desk.handle.refresh();
    expect((await desk.handle.status()).status).toBe('unauthorized');
    await deploy('a source is added');
    await rolled(desk);
    await eventually(async () => expect(await desk.handle.data()).toMatchObject({ phones: ['1', '2'] }));
    await desk.handle.refresh();
    await eventually(async () => expect((await desk.handle.status()).status).toBe('running'));
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  it('under a child whose parent is gone', async () => {
    const desk = await begun();
    await deploy('a path is removed');
    await rolled(desk);
    await desk.eventually((children) => expect(children).toEqual([]));
    await desk.handle.temporal.terminate();
    await desk.ticket('a').refresh();
    await eventually(async () =>
      expect(Object.keys((await desk.ticket('a').status()).sources)).toEqual(['ticket', 'comments']),
    );
    await env.expectNeverWedged(desk.ticket('a').workflowId);
  });
});
