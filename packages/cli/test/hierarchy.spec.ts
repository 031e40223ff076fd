import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TreeNode } from '../src/index';
import { cli } from './support/cli';
import { startEnvironment, type TestEnvironment } from './support/environment';

const suffix = randomUUID().slice(0, 6);
const root = `Desk-${suffix}`;

/** Runs the command until its tree is as expected. */
const eventually = <T>(look: () => Promise<T>): Promise<T> =>
  vi.waitFor(look, { timeout: 40_000, interval: 200 });

async function tree(): Promise<TreeNode> {
  const { stdout, stderr, code } = await cli(['tree', root, '--json']);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return JSON.parse(stdout) as TreeNode;
}

/** `Desk running secret:A(…)`: each workflow with its status and the name of its token. */
function outline({ workflowId, status, token, children = [] }: TreeNode): string {
  const inner = children.length > 0 ? `(${children.map(outline).toSorted().join(' ')})` : '';
  return `${workflowId.replace(`-${suffix}`, '')} ${status} ${token?.reference}${inner}`;
}

describe('a real hierarchy', () => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await startEnvironment();
  });
  afterAll(() => environment.stop());

  it('is shown as it is, and steered from its top', async () => {
    const comments = [{ id: `k-${suffix}` }];
    const tickets = [{ id: `a-${suffix}`, comments }, { id: `b-${suffix}` }];
    const input = { id: suffix, entityName: 'Desk', data: { tickets }, apiToken: 'secret:FIRST' };
    await environment.start('DeskWorkflow', root, { args: [input] });
    await eventually(async () =>
      expect(outline(await tree())).toBe(
        'Desk running secret:FIRST(Ticket-a running secret:FIRST(Comment-k running secret:FIRST) Ticket-b running secret:FIRST)',
      ),
    );

    expect((await cli(['pause', root])).code).toBe(0);
    await eventually(async () => expect(outline(await tree())).not.toContain('running'));
    expect((await cli(['resume', root])).code).toBe(0);
    expect((await cli(['rotate-token', root, 'secret:SECOND'])).code).toBe(0);
    await eventually(async () => {
      const shown = outline(await tree());
      expect(shown).not.toContain('paused');
      expect(shown.match(/running secret:SECOND/g)).toHaveLength(4);
    });

    expect((await cli(['cancel', root])).code).toBe(0);
    await eventually(async () => expect((await tree()).status).toBe('cancelled'));
    const comment = environment.client.workflow.getHandle(`Comment-k-${suffix}`);
    await eventually(async () => expect((await comment.describe()).status.name).toBe('CANCELLED'));
  });
});
