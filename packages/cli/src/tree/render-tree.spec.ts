import { describe, expect, it } from 'vitest';
import type { Terminal } from '../render/terminal';
import { renderTree } from './render-tree';
import { summarize } from './summarize';
import type { TreeNode } from './tree-node';

const now = Date.parse('2026-03-01T12:00:00.000Z');
const ago = (seconds: number): string => new Date(now - seconds * 1000).toISOString();

const tree: TreeNode = {
  workflowId: 'Customer-c_1',
  status: 'degraded',
  lastCheckedAt: ago(12),
  sourceCount: 2,
  token: { reference: 'secret:CRM_TOKEN', fingerprint: '3fa9c1d2' },
  error: 'profile: answered 503 (3 times in a row)',
  childCount: 3,
  children: [
    {
      workflowId: 'Ticket-t_1',
      status: 'running',
      sourceCount: 1,
      token: { reference: 'secret:DESK' },
      childCount: 2,
      children: [
        { workflowId: 'Comment-1', status: 'running', sourceCount: 0, childCount: 1 },
        { workflowId: 'Customer-c_1', status: 'degraded', repeated: true, childCount: 3 },
      ],
    },
    {
      workflowId: 'Ticket-t_2',
      status: 'terminated',
      closedAt: ago(180),
      parentSays: 'cancelled',
      error: 'by hand',
    },
    { workflowId: 'Ticket-t_3', status: 'starting', parentSays: 'starting' },
  ],
};

const pipe: Terminal = { unicode: false, style: (_, text) => text };

describe('renderTree', () => {
  it('has one line for each workflow, in plain ASCII', () => {
    expect(renderTree(tree, pipe, now)).toBe(
      [
        'Customer-c_1          degraded    12 s ago         token 3fa9c1d2  profile: answered 503 (3 times in a row)',
        '|-- Ticket-t_1        running     not yet checked  secret:DESK',
        '|   |-- Comment-1     running  (1 child not shown)',
        '|   `-- Customer-c_1  degraded  (shown above)',
        '|-- Ticket-t_2        terminated  ended 3 min ago  (parent says cancelled)  by hand',
        '`-- Ticket-t_3        starting  (says its parent)',
        '',
      ].join('\n'),
    );
  });

  it('draws boxes where they are understood', () => {
    const lines = renderTree(tree, { ...pipe, unicode: true }, now).split('\n');
    expect(lines.map((line) => /^[│├└─ ]*\S*/.exec(line)?.[0])).toEqual([
      'Customer-c_1',
      '├── Ticket-t_1',
      '│   ├── Comment-1',
      '│   └── Customer-c_1',
      '├── Ticket-t_2',
      '└── Ticket-t_3',
      '',
    ]);
  });

  it('puts below what does not fit into a line, between the lines to the children', () => {
    const lines = renderTree(tree, { ...pipe, unicode: true, columns: 60 }, now).split('\n');
    expect(lines.slice(0, 3)).toEqual([
      'Customer-c_1          degraded    12 s ago         token 3fa9c1d2',
      '│   profile: answered 503 (3 times in a row)',
      '├── Ticket-t_1        running     not yet checked  secret:DESK',
    ]);
    expect(lines.slice(5, 8)).toEqual([
      '├── Ticket-t_2        terminated  ended 3 min ago',
      '│       (parent says cancelled)',
      '│       by hand',
    ]);
  });

  it('colours by status, and what is wrong in red', () => {
    const styled = renderTree(tree, { ...pipe, style: (style, text) => `<${style} ${text}>` }, now);
    expect(styled).toContain('<yellow degraded>    <dim 12 s ago>');
    expect(styled).toContain('<red profile: answered 503 (3 times in a row)>');
    expect(styled).toContain('<green running>');
    expect(styled).toContain('<red terminated>');
    expect(styled).toContain('<cyan starting>');
  });

  it('lets no workflow id command the terminal', () => {
    const text = renderTree({ workflowId: 'a\u001b[2J\nb', status: 'running' }, pipe, now);
    expect(text).toBe('a [2J b  running\n');
  });
});

describe('summarize', () => {
  it('counts each workflow once, the urgent ones first', () => {
    expect(summarize(tree)).toBe('5 workflows: 1 terminated, 1 degraded, 1 starting, 2 running');
    expect(summarize({ workflowId: 'a', status: 'running' })).toBe('1 workflow: 1 running');
  });
});
