import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RefreshResult } from '@stateful-workflow/core';
import { cli } from './support/cli';
import { child, startEnvironment, type TestEnvironment, untilClosed } from './support/environment';

let environment: TestEnvironment;
const checkedAt = '2026-01-01T00:00:00.000Z';

beforeAll(async () => {
  environment = await startEnvironment();
});
afterAll(() => environment.stop());

/** A running workflow whose loads come to what is given. */
async function running(loads?: RefreshResult) {
  const handle = await environment.entity(`Customer-${randomUUID().slice(0, 6)}`, {
    ...(loads && { loads }),
  });
  return { handle, id: handle.workflowId };
}

describe('status', () => {
  it('prints sources and how many children there are', async () => {
    const id = `Customer-${randomUUID().slice(0, 6)}`;
    const lastError = { kind: 'transient', message: 'answered 503', at: checkedAt, failures: 2 } as const;
    await environment.entity(id, {
      status: 'degraded',
      sources: {
        profile: { adapter: 'rest', lastOutcome: 'unchanged', lastCheckedAt: new Date().toISOString() },
        orders: { adapter: 'graphql', lastOutcome: 'failed', lastError },
        invoices: { adapter: 'postgres' },
      },
      children: [child('Ticket-1'), child('Ticket-2', 'failed'), child('Ticket-3')],
    });
    const { stdout, stderr, code } = await cli(['status', id]);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout.replaceAll(/\d+ s/g, 'N s')).toBe(
      [
        `${id}  degraded  not yet checked`,
        '  profile   rest      unchanged       checked N s ago',
        '  orders    graphql   failed                           answered 503 (2 times in a row)',
        '  invoices  postgres  not yet loaded',
        '  3 children: 1 failed, 2 running',
        '',
      ].join('\n'),
    );
    const json = JSON.parse((await cli(['status', id, '--json'])).stdout) as unknown;
    expect(json).toMatchObject({
      workflowId: id,
      status: 'degraded',
      sources: { orders: { lastError } },
      childCount: 3,
      childStatuses: { running: 2, failed: 1 },
    });
  });

  it('says of one that has ended what the server knows', async () => {
    const handle = await environment.start('FailedWorkflow', `Customer-${randomUUID().slice(0, 6)}`);
    await untilClosed(handle);
    const { stdout, code } = await cli(['status', handle.workflowId]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/ {2}failed {2}ended \d+ s ago {2}the entity went to https:\/\/crm\.example\.com/);
  });
});

describe('refresh', () => {
  it('says what the load came to', async () => {
    const unchanged = await running();
    const { stdout } = await cli(['refresh', unchanged.id]);
    expect(stdout).toBe(`${unchanged.id}: nothing changed\n`);

    const changed = await running({ outcome: 'changed', changed: 1, checkedAt });
    const { stdout: json } = await cli(['refresh', changed.id, '--json']);
    expect(JSON.parse(json)).toEqual({ workflowId: changed.id, outcome: 'changed', changed: 1, checkedAt });

    const paused = await running({ outcome: 'skipped', changed: 0, checkedAt });
    const { stdout: skipped, code } = await cli(['refresh', paused.id]);
    expect(skipped).toBe(`${paused.id}: it is paused and loads once it is resumed\n`);
    expect(code).toBe(0);
  });

  it('fails when the load failed', async () => {
    const errors = { profile: 'https://u:hunter2@crm.example.com answered 503' };
    const { id } = await running({ outcome: 'failed', changed: 0, checkedAt, errors });
    const { stdout, stderr, code } = await cli(['refresh', id]);
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
    expect(stderr).toContain(`${id}: the load failed. profile: https://crm.example.com answered 503`);
    const json = await cli(['refresh', id, '--json']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ workflowId: id, outcome: 'failed' });
  });

  it('says why there is no answer', async () => {
    const stuck = await environment.start('StuckWorkflow', `Customer-${randomUUID().slice(0, 6)}`);
    const { stderr, code } = await cli(['refresh', stuck.workflowId, '--timeout', '1']);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `The load of ${stuck.workflowId} did not end in 1 s. It is running. Wait longer with --timeout, or see what \`status\` says.\n`,
    );
  });

  it('says of a plain workflow that it is no Stateful Workflow', async () => {
    const plain = await environment.start('PlainWorkflow', `Customer-${randomUUID().slice(0, 6)}`);
    const { stderr, code } = await cli(['refresh', plain.workflowId]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^This is no Stateful Workflow: .*\n$/);
  });
});

describe('pause, resume and cancel', () => {
  it('ask the workflow', async () => {
    const { handle, id } = await running();
    const { stdout, code } = await cli(['pause', id]);
    expect(stdout).toBe(`${id}: asked to pause, and so are its children\n`);
    expect(code).toBe(0);
    expect(await handle.query('status')).toBe('paused');

    const { stdout: json } = await cli(['resume', id, '--json']);
    expect(JSON.parse(json)).toEqual({ workflowId: id, requested: 'resume' });
    expect(await handle.query('status')).toBe('running');

    await cli(['cancel', id]);
    await untilClosed(handle);
    expect((await handle.describe()).status.name).toBe('CANCELLED');

    const again = await cli(['cancel', id]);
    expect(again.code).toBe(1);
    expect(again.stderr).toBe(
      `${id} has ended (cancelled), so there is nothing to cancel. Start it again if it should run.\n`,
    );
  });
});

describe('rotate-token', () => {
  it('sends a reference', async () => {
    const { handle, id } = await running();
    const { stdout, code } = await cli(['rotate-token', id, 'secret:NEW_TOKEN']);
    expect({ stdout, code }).toEqual({ stdout: `${id}: token rotated, nothing changed\n`, code: 0 });
    expect(await handle.query('apiToken')).toEqual({ reference: 'secret:NEW_TOKEN' });
  });

  it.each(['hunter2', '-hunter2', '--hunter2=x', 'secret:hunter2!'])(
    'refuses %s before anything is sent, without repeating it',
    async (token) => {
      const { handle, id } = await running();
      const { stdout, stderr, code } = await cli(['rotate-token', id, token]);
      expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
      expect(stderr).toMatch(/^rotate-token takes a reference such as secret:NAME/);
      expect(stderr).not.toContain('hunter2');
      expect(await handle.query('apiToken')).toBeNull();
    },
  );
});
