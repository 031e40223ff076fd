import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Roller } from '../src/fleet/roller';
import { cli, cliInTerminal } from './support/cli';
import { startEnvironment, type TestEnvironment, untilClosed, untilListed } from './support/environment';

let environment: TestEnvironment;

beforeAll(async () => {
  environment = await startEnvironment();
});
afterAll(() => environment.stop());

const newId = (): string => `Desk-${randomUUID().slice(0, 6)}`;

/** A workflow of the library itself, and its first run. */
async function desk(id = newId()) {
  await environment.start('DeskWorkflow', id, { args: [{ id: 'd', data: { id: 'd' } }] });
  const handle = environment.client.workflow.getHandle(id);
  return { handle, runId: (await handle.describe()).runId };
}

async function untilRolled(handle: WorkflowHandle, before: string): Promise<void> {
  await vi.waitFor(async () => expect((await handle.describe()).runId).not.toBe(before), {
    timeout: 30_000,
    interval: 100,
  });
}

it('has one workflow continue as new', async () => {
  const { handle, runId } = await desk();
  const { stdout, stderr, code } = await cli(['roll', handle.workflowId]);
  expect({ stdout, stderr, code }).toEqual({
    stdout: `${handle.workflowId}: asked to roll\n`,
    stderr: '',
    code: 0,
  });
  await untilRolled(handle, runId);
  expect(await handle.query('data')).toEqual({ id: 'd' });
});

it('has a fleet do so, and leaves alone what is no Stateful Workflow', async () => {
  const fleet = `stateful-roll-${randomUUID()}`;
  const desks = await Promise.all([1, 2, 3].map((n) => desk(`${fleet}-${n}`)));
  const plain = await environment.start('PlainWorkflow', `${fleet}-plain`);
  const query = `WorkflowId STARTS_WITH '${fleet}'`;
  await untilListed(environment.client, query, 4);
  const { stdout, code } = await cliInTerminal(['roll', '--query', query, '--rate', '100'], {
    NO_COLOR: '1',
  });
  expect({ stdout, code }).toEqual({
    stdout: '3 workflows asked to roll, 1 left alone that is no Stateful Workflow\n',
    code: 0,
  });
  await Promise.all(desks.map(({ handle, runId }) => untilRolled(handle, runId)));
  const { events = [] } = await plain.fetchHistory();
  expect(events?.some((event) => event.workflowExecutionSignaledEventAttributes)).toBe(false);
});

it('says which could not be asked, and why', async () => {
  const fleet = `stateful-roll-${randomUUID()}`;
  const { handle, runId } = await desk(`${fleet}-desk`);
  // Answers as a version did that did not know the signal.
  await environment.entity(`${fleet}-old`);
  const query = `WorkflowId STARTS_WITH '${fleet}'`;
  await untilListed(environment.client, query, 2);
  const reason = 'its code is of a version that does not know how to roll';
  const human = await cli(['roll', '--query', query]);
  expect(human.code).toBe(1);
  expect(human.stdout).toBe(`1 workflow asked to roll, 1 not asked\n  1  ${fleet}-old  ${reason}\n`);
  expect(human.stderr).toMatch(/^1 of 2 Stateful Workflows could not be asked to roll\. .*\n$/);
  await untilRolled(handle, runId);
  const { stdout, code } = await cli(['roll', '--query', query, '--type', 'EntityWorkflow', '--json']);
  expect({ json: JSON.parse(stdout), code }).toEqual({
    json: {
      rolled: 0,
      gone: 0,
      other: 0,
      refused: 1,
      reasons: [{ reason, count: 1, workflowIds: [`${fleet}-old`] }],
    },
    code: 1,
  });
});

it('says how far it has come when it is interrupted', async () => {
  const fleet = `stateful-roll-${randomUUID()}`;
  const desks = await Promise.all([1, 2, 3].map((n) => desk(`${fleet}-${n}`)));
  const query = `WorkflowId STARTS_WITH '${fleet}'`;
  await untilListed(environment.client, query, 3);
  // The second would be asked after a quarter of an hour.
  const { stdout, stderr, code } = await cli(['roll', '--query', query, '--rate', '0.001'], undefined, {
    interrupt: Promise.any(desks.map(({ handle, runId }) => untilRolled(handle, runId))),
  });
  expect({ stdout, code }).toEqual({ stdout: '1 workflow asked to roll\n', code: 1 });
  expect(stderr).toMatch(/^Interrupted: of 3 workflows 1 were seen to\. Roll again for the others: .*\n$/);
});

it('counts one that has ended since it was listed as gone', async () => {
  const { handle } = await desk();
  await handle.signal('status', 'completed');
  await untilClosed(handle);
  const roller = new Roller(environment.client, 30_000);
  const { workflowId } = handle;
  expect(await roller.roll({ workflowId, taskQueue: environment.taskQueue })).toEqual({ outcome: 'gone' });
});

it('does not wait for each workflow of a task queue that no worker polls', async () => {
  const taskQueue = `nobody-${randomUUID()}`;
  const handle = await environment.start('DeskWorkflow', newId(), { taskQueue });
  const roller = new Roller(environment.client, 1_000);
  const { workflowId } = handle;
  const reason = `no worker polls task queue "${taskQueue}"; start one`;
  const asked = () => roller.roll({ workflowId, taskQueue });
  expect(await asked()).toEqual({ outcome: 'refused', reason: `does not answer: ${reason}` });
  expect(await asked()).toEqual({ outcome: 'refused', reason: `not asked: ${reason}` });
});
