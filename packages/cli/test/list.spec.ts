import { randomUUID } from 'node:crypto';
import type { Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from './support/cli';
import { startEnvironment, type TestEnvironment, untilFailing, untilListed } from './support/environment';

let environment: TestEnvironment;

beforeAll(async () => {
  environment = await startEnvironment();
});
afterAll(() => environment.stop());

const KEYWORD = 2;
const input = { id: 'd', entityName: 'Desk', data: { id: 'd' } };

/** Starts one of each kind, and the query that finds them. */
async function fleet(): Promise<{ prefix: string; query: string }> {
  const prefix = `stateful-list-${randomUUID()}`;
  await environment.entity(`${prefix}-asked`, { status: 'unauthorized' });
  await environment.entity(`${prefix}-other`, { status: 'degraded' });
  await environment.start('PlainWorkflow', `${prefix}-plain`);
  const query = `WorkflowId STARTS_WITH '${prefix}'`;
  await untilListed(environment.client, query, 3);
  return { prefix, query };
}

describe('list', () => {
  it('asks each workflow where the server does not list them by status', async () => {
    const { prefix, query } = await fleet();
    const human = await cli(['list', '--status', 'unauthorized', '--query', query]);
    expect(human).toEqual({
      stdout: `${prefix}-asked  unauthorized  EntityWorkflow\n1 workflow: 1 unauthorized\n`,
      stderr: '',
      code: 0,
    });
    const all = await cli(['list', '--query', query, '--json']);
    const found = JSON.parse(all.stdout) as { workflowId: string; status: string }[];
    expect(Object.fromEntries(found.map(({ workflowId, status }) => [workflowId, status]))).toEqual({
      [`${prefix}-asked`]: 'unauthorized',
      [`${prefix}-other`]: 'degraded',
    });
    const nobody = await cli(['list', '--status', 'paused', '--query', query]);
    expect(nobody).toEqual({ stdout: 'No running workflow was found.\n', stderr: '', code: 0 });
  });

  it('tells what its task keeps failing of, which no workflow says itself', async () => {
    const id = `stateful-list-${randomUUID()}`;
    await untilFailing(await environment.start('NoSuchWorkflow', id));
    const query = `WorkflowId = '${id}'`;
    await untilListed(environment.client, query, 1);
    const { stdout } = await cli(['list', '--status', 'failing', '--query', query, '--json']);
    expect(JSON.parse(stdout)).toEqual([
      {
        workflowId: id,
        workflowType: 'NoSuchWorkflow',
        status: 'failing',
        error: expect.stringContaining("Failed to initialize workflow of type 'NoSuchWorkflow'"),
      },
    ]);
  });

  it('has those that are listed by status from the server, and asks the others', async () => {
    const { operatorService } = environment.client.connection as Connection;
    await operatorService.addSearchAttributes({
      namespace: 'default',
      searchAttributes: { StatefulStatus: KEYWORD, StatefulEntity: KEYWORD },
    });
    const { prefix, query } = await fleet();
    const handle = await environment.start('ListedDeskWorkflow', `${prefix}-listed`, {
      args: [{ ...input, status: 'paused' }],
    });
    await untilListed(environment.client, `${query} AND StatefulStatus = 'paused'`, 1);
    const paused = await cli(['list', '--status', 'paused', '--query', query, '--json']);
    expect(JSON.parse(paused.stdout)).toEqual([
      {
        workflowId: handle.workflowId,
        workflowType: 'ListedDeskWorkflow',
        status: 'paused',
        entityName: 'Desk',
      },
    ]);
    const { stdout } = await cli(['list', '--query', query]);
    expect(stdout).toMatch(/\n3 workflows: 1 unauthorized, 1 degraded, 1 paused\n$/);
  });
});
