import { randomUUID } from 'node:crypto';
import { NativeConnection } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type {} from '@stateful-workflow/dev-services/vitest';
import type { StatefulHandle } from '../src/client';
import { TestDesk } from './support/desk';
import { TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';
import { scale } from './support/scale';
import { bundleOf } from './support/stages';

const DESKS = scale(10, 1);
/** How long all of them together may take for what one does in a moment, in milliseconds. */
const PATIENCE = scale(240_000, 45_000);
const LONG = { timeout: scale(900_000, 90_000) };
const TICKETS = ['a', 'b', 'c'];

/** How workers of two versions share their workflows: by what each run recorded, or each its own. */
const WAYS = { 'without worker versioning': false, 'with worker versioning': true } as const;

describe.each(Object.entries(WAYS))('a deploy under traffic, %s', (_, isVersioned) => {
  const deploymentName = `desks-${randomUUID()}`;
  let env: TestEnvironment;
  beforeEach(async () => {
    env = await TestEnvironment.start({ started: false });
  });
  afterEach(async () => {
    await env.stop();
    for (const connection of connections.splice(0)) await connection.close();
  });

  const connections: NativeConnection[] = [];
  const ownConnection = async (): Promise<NativeConnection> => {
    const connection = await NativeConnection.connect({ address: inject('temporalAddress') });
    connections.push(connection);
    return connection;
  };

  const worker = async (stage: string): Promise<() => Promise<void>> => {
    const buildId = stage.replaceAll(' ', '-');
    const stop = await env.startWorker(undefined, {
      workflowBundle: await bundleOf(stage),
      // One connection takes a second worker of a task queue only if it is of another version.
      connection: await ownConnection(),
      ...(isVersioned && {
        workerDeploymentOptions: {
          version: { deploymentName, buildId },
          useWorkerVersioning: true,
          defaultVersioningBehavior: 'PINNED',
        },
      }),
    });
    const { namespace } = env.client.options;
    const makeCurrent = (): Promise<unknown> =>
      env.client.workflowService.setWorkerDeploymentCurrentVersion({ namespace, deploymentName, buildId });
    if (isVersioned) await eventually(makeCurrent);
    return stop;
  };

  /** Writes to a desk and its tickets, one thing after the other, until it is to stop. @returns the last values */
  const traffic = async (desk: TestDesk, goesOn: () => boolean): Promise<number> => {
    for (let n = 1; ; n++) {
      desk.source.records = TICKETS.map((name) => desk.record(name, { title: `${name} ${n}` }));
      await Promise.all([
        desk.handle.update({ entityName: 'Desk', data: { note: `${n}` } }),
        ...TICKETS.map((name) =>
          desk.ticket(name).update({ entityName: 'Ticket', data: { note: `${name} ${n}` } }),
        ),
      ]);
      await desk.handle.refresh();
      if (!goesOn()) return n;
    }
  };

  const sourcesOf = async (handle: StatefulHandle): Promise<string[]> =>
    Object.keys((await handle.status()).sources);

  it('loses nothing, wedges nothing, and has every workflow on the new code in the end', LONG, async () => {
    const stopOld = await worker('before');
    const desks = Array.from({ length: DESKS }, () => new TestDesk(env));
    for (const desk of desks) {
      desk.source.records = TICKETS.map((name) => desk.record(name));
      await desk.start('UpgradingDeskWorkflow');
    }
    for (const desk of desks) await desk.settled(...TICKETS);

    let isOver = false;
    let done = 0;
    const streams = desks.map((desk) => traffic(desk, () => ++done > 0 && !isOver));
    const rounds = (count: number): Promise<void> => {
      const enough = done + count * DESKS;
      return eventually(() => expect(done).toBeGreaterThanOrEqual(enough), PATIENCE);
    };
    await rounds(2);
    await worker('all but functions is changed at once');
    // For a while there are workers of both, and each gets tasks.
    await rounds(3);
    await stopOld();
    for (const desk of desks)
      await Promise.all(
        [desk.handle, ...TICKETS.map((name) => desk.ticket(name))].map((handle) => handle.roll()),
      );
    await eventually(async () => {
      for (const desk of desks) {
        expect(await sourcesOf(desk.handle)).toEqual(['tickets', 'details']);
        for (const name of TICKETS)
          expect(await sourcesOf(desk.ticket(name))).toEqual(['ticket', 'comments']);
      }
    }, PATIENCE);
    isOver = true;

    for (const [i, desk] of desks.entries()) {
      const n = await streams[i];
      for (const name of TICKETS) await desk.holds(name, { title: `${name} ${n}`, note: `${name} ${n}` });
      await eventually(async () =>
        expect(await desk.handle.data()).toMatchObject({
          name: 'Ada',
          note: `${n}`,
          tickets: TICKETS.map((name) => ({ title: `${name} ${n}`, note: `${name} ${n}` })),
        }),
      );
      await desk.settled(...TICKETS);
      for (const handle of [desk.handle, ...TICKETS.map((name) => desk.ticket(name))])
        await env.expectNeverWedged(handle.workflowId);
    }
  });
});
