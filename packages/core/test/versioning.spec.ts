import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatefulHandle } from '../src/client';
import { TestDesk } from './support/desk';
import { TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';
import { bundleOf } from './support/stages';

describe('workflows that are pinned to a version of a worker deployment', () => {
  const deploymentName = `desks-${randomUUID()}`;
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ started: false });
  });
  afterAll(() => env.stop());

  /** Has a worker of another version run besides the others, and new workflows run on it. */
  const deploy = async (buildId: string, stage: string): Promise<() => Promise<void>> => {
    const stop = await env.startWorker(undefined, {
      workflowBundle: await bundleOf(stage),
      workerDeploymentOptions: {
        version: { deploymentName, buildId },
        useWorkerVersioning: true,
        defaultVersioningBehavior: 'PINNED',
      },
    });
    // The server knows of a version once its worker has polled.
    await eventually(() =>
      env.client.workflowService.setWorkerDeploymentCurrentVersion({
        namespace: env.client.options.namespace,
        deploymentName,
        buildId,
      }),
    );
    return stop;
  };

  const versionOf = async ({ temporal }: StatefulHandle): Promise<string | null | undefined> => {
    const { raw } = await temporal.describe();
    return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId;
  };

  it('continue on the version that is current, with a class that has changed, and so do their children', async () => {
    const stopFirst = await deploy('1', 'before');
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a'), desk.record('b')];
    await desk.start('UpgradingDeskWorkflow');
    await desk.settled('a', 'b');
    const all = [desk.handle, desk.ticket('a'), desk.ticket('b')];
    for (const handle of all) expect(await versionOf(handle)).toBe('1');

    await deploy('2', 'a source is added');
    // The desk hears of it with whatever happens next; the tickets are told.
    expect((await desk.handle.refresh()).errors).toBeUndefined();
    await Promise.all([desk.ticket('a'), desk.ticket('b')].map((ticket) => ticket.roll()));
    await eventually(async () => {
      for (const handle of all) expect(await versionOf(handle)).toBe('2');
    });
    await stopFirst();

    await eventually(async () => expect(await desk.handle.data()).toMatchObject({ phones: ['1', '2'] }));
    desk.source.records = [desk.record('a', { title: 'again' }), desk.record('b')];
    expect((await desk.handle.refresh()).errors).toBeUndefined();
    await desk.holds('a', { title: 'again' });
    await desk.settled('a', 'b');
    for (const handle of all) await env.expectNeverWedged(handle.workflowId);
  });
});
