import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { temporal } from '@temporalio/proto';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';

/**
 * A run of a customer, of before the deployment: in one moment a load of it ended and a ticket was told of its end. Which of
 * its commands came first depends on how many turns a cycle takes.
 */
const HISTORY = join(__dirname, 'histories/changed-order.json');

describe('a run that began before the class was changed', () => {
  beforeAll(() => {
    Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
  });

  it.each(['first', 'next'])(
    'sends its commands in the same order where the %s class replays it',
    { timeout: 60_000 },
    async (stage) => {
      const workflowBundle = await bundleWorkflowCode({
        workflowsPath: join(__dirname, `../dist/workflows/${stage}.js`),
        preloadModules: ['@stateful-workflow/core/workflow'],
        logger: new DefaultLogger('ERROR', () => {}),
      });
      const plain = JSON.parse(await readFile(HISTORY, 'utf8')) as Record<string, unknown>;
      const history = temporal.api.history.v1.History.fromObject(plain);
      const replay = Worker.runReplayHistory({ workflowBundle }, history, 'Customer-c2');
      await expect(replay).resolves.toBeUndefined();
    },
  );
});
