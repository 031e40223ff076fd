import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SourceInfo } from '@stateful-workflow/core';
import type { TreeNode } from '../src/index';
import { cli, cliInTerminal } from './support/cli';
import {
  child,
  startEnvironment,
  type TestEnvironment,
  untilClosed,
  untilFailing,
} from './support/environment';

const suffix = randomUUID().slice(0, 6);
const id = (name: string): string => `${name}-${suffix}`;
const root = id('Customer');

let environment: TestEnvironment;

/** A source that was checked so many seconds ago. */
function source(secondsAgo: number, more: Partial<SourceInfo> = {}): SourceInfo {
  const lastCheckedAt = new Date(Date.now() - secondsAgo * 1000).toISOString();
  return { adapter: 'rest', lastOutcome: 'unchanged', lastCheckedAt, ...more };
}

beforeAll(async () => {
  environment = await startEnvironment();
  const { entity, start } = environment;
  const unknownType = await start('NoSuchWorkflow', id('Unknown'));
  const lastError = { kind: 'transient', at: new Date().toISOString(), failures: 3 } as const;
  const message = 'GET https://user:hunter2@crm.example.com/t?token=hunter2 answered 503';
  await Promise.all([
    entity(root, {
      sources: { profile: source(5), orders: source(130) },
      token: { reference: 'secret:CRM_TOKEN', fingerprint: '3fa9c1d2' },
      children: [
        child(id('Ticket')),
        child(id('Done'), 'completed'),
        child(id('Failed'), 'failed'),
        child(id('Unknown')),
        child(id('Plain')),
        child(id('Unstarted'), 'starting'),
        child(id('Refused'), 'failed', 'the id is taken'),
      ],
    }),
    entity(id('Ticket'), {
      status: 'degraded',
      sources: { ticket: source(5, { lastOutcome: 'failed', lastError: { ...lastError, message } }) },
      token: { reference: 'secret:DESK_TOKEN' },
      children: [child(id('Comment'))],
    }),
    entity(id('Comment'), {
      status: 'paused',
      sources: { comment: { adapter: 'rest' } },
      token: { reference: 'hunter2' },
      children: [child(root)],
    }),
    start('CompletedWorkflow', id('Done')).then(untilClosed),
    start('FailedWorkflow', id('Failed')).then(untilClosed),
    start('PlainWorkflow', id('Plain')),
    untilFailing(unknownType),
  ]);
});
afterAll(() => environment.stop());

describe('tree', () => {
  it('prints a line for each workflow, in plain ASCII into a pipe, and nothing secret', async () => {
    const { stdout, stderr, code } = await cli(['tree', root]);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    const told = stdout
      .replaceAll(suffix, 'x')
      .replaceAll(/\d+ (s|min) ago/g, 'N $1 ago')
      .replaceAll(/(?<=[\w)]) {2,}/g, '  ');
    expect(told).toBe(
      [
        'Customer-x  running  N min ago  token 3fa9c1d2',
        '|-- Ticket-x  degraded  N s ago  secret:DESK_TOKEN  ticket: GET https://crm.example.com/t?token=*** answered 503 (3 times in a row)',
        '|   `-- Comment-x  paused  not yet checked  (plaintext)',
        '|       `-- Customer-x  running  N min ago  token 3fa9c1d2  (shown above)',
        '|-- Done-x  completed  ended N s ago  (parent says completed)',
        '|-- Failed-x  failed  ended N s ago  (parent says failed)  the entity went to https://crm.example.com/c_1',
        "|-- Unknown-x  failing  (parent says running)  its workflow task keeps failing: Failed to initialize workflow of type 'NoSuchWorkflow': no such function is exported by the workflow bundle",
        '|-- Plain-x  unknown  (parent says running)  not a Stateful Workflow: it does not know the query `status`',
        '|-- Unstarted-x  starting  (says its parent)',
        '`-- Refused-x  failed  (says its parent)  the id is taken',
        '',
        '9 workflows: 1 failing, 2 failed, 1 degraded, 1 unknown, 1 starting, 1 paused, 1 running, 1 completed',
        '',
      ].join('\n'),
    );
  });

  it('prints one JSON document of nested nodes, and nothing else', async () => {
    const { stdout, stderr, code } = await cli(['tree', root, '--json']);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout).not.toContain('hunter2');
    const tree = JSON.parse(stdout) as TreeNode;
    const { children = [], ...own } = tree;
    expect(own).toEqual({
      workflowId: root,
      workflowType: 'EntityWorkflow',
      status: 'running',
      lastCheckedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      sourceCount: 2,
      token: { reference: 'secret:CRM_TOKEN', fingerprint: '3fa9c1d2' },
      childCount: 7,
    });
    expect(children.map(({ status, parentSays }) => [status, parentSays])).toEqual([
      ['degraded', undefined],
      ['completed', 'completed'],
      ['failed', 'failed'],
      ['failing', 'running'],
      ['unknown', 'running'],
      ['starting', 'starting'],
      ['failed', 'failed'],
    ]);
    expect(children[0]?.children?.[0]?.children?.[0]).toMatchObject({ workflowId: root, repeated: true });
  });

  it('goes as deep as it is told', async () => {
    const { stdout } = await cli(['tree', root, '--depth', '0']);
    expect(stdout).toMatch(/^Customer-\w+ {2}running .*\(7 children not shown\)\n\n1 workflow: 1 running\n$/);
    const { stdout: json } = await cli(['tree', root, '--depth', '1', '--json']);
    const { children = [] } = JSON.parse(json) as TreeNode;
    expect(children).toHaveLength(7);
    expect(children[0]).toMatchObject({ status: 'degraded', childCount: 1 });
    expect(children[0]).not.toHaveProperty('children');
  });

  it('draws and colours in a terminal', async () => {
    const { stdout, code } = await cliInTerminal(['tree', root]);
    expect(code).toBe(0);
    expect(stdout).toContain(`├── ${id('Ticket')}`);
    expect(stdout).toContain('\u001b[33mdegraded\u001b[39m');
    expect(stdout).toMatch(/\n│ {3}└── Comment-/);
    const { stdout: grey } = await cliInTerminal(['tree', root], { NO_COLOR: '1', LANG: 'C' });
    expect(grey).not.toContain('\u001b');
    expect(grey).toMatch(/\n`-- Refused-/);
  });

  it('shows on standard error how far it is, and takes that away', async () => {
    let time = 0;
    const { stderr } = await cliInTerminal(['tree', root], {}, { now: () => (time += 1_000) });
    const shown = stderr.split('\r\u001b[K');
    expect(shown[0]).toBe('');
    expect(shown).toContain('Read 9 of 9 workflows');
    expect(shown.at(-1)).toBe('');
  });

  it('says of a workflow without a worker that there is none, and does not wait for each', async () => {
    const { entity, start } = environment;
    const ids = Array.from({ length: 40 }, (_, index) => id(`Silent_${index}`));
    const queue = `nobody-${suffix}`;
    await Promise.all(ids.map((each) => start('EntityWorkflow', each, { taskQueue: queue })));
    await entity(id('Waiting'), { children: ids.map((each) => child(each)) });
    const { stdout, code } = await cli(['tree', id('Waiting'), '--timeout', '5']);
    expect(code).toBe(0);
    expect(stdout).toContain(`does not answer: no worker polls task queue "${queue}"; start one`);
    expect(stdout).toContain(`not asked: no worker polls task queue "${queue}"; start one`);
    expect(stdout).toMatch(/\n41 workflows: 40 silent, 1 running\n$/);
  });
});
