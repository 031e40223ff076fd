import { describe, expect, it } from 'vitest';
import { buildTree } from './build-tree';
import type { Reading, TreeNode } from './tree-node';
import type { ChildInfo, ChildStatus } from './wire';

const child = (workflowId: string, status: ChildStatus = 'running', error?: string): ChildInfo => ({
  workflowId,
  workflowType: 'TicketWorkflow',
  entityName: 'Ticket',
  id: workflowId,
  path: 'tickets',
  status,
  ...(error && { error }),
});

const running = (...children: ChildInfo[]): Reading => ({
  status: 'running',
  report: { status: 'running', sources: {} },
  children,
});

/** `a(b(c) d!)`: with its children in brackets, `!` for a repeated one, `+` for one with children not shown. */
function outline({ workflowId, children, repeated, childCount = 0 }: TreeNode): string {
  const mark = repeated ? '!' : children === undefined && childCount > 0 ? '+' : '';
  return workflowId + mark + (children ? `(${children.map(outline).join(' ')})` : '');
}

describe('buildTree', () => {
  it('ends in a circle, with a mark', () => {
    const readings = new Map([
      ['a', running(child('b'))],
      ['b', running(child('c'), child('a'))],
      ['c', running(child('c'))],
    ]);
    expect(outline(buildTree('a', readings))).toBe('a(b(c(c!) a!))');
  });

  it('shows the children of one that has two parents once, where it stands first', () => {
    const readings = new Map([
      ['a', running(child('b'), child('c'))],
      ['b', running(child('x'))],
      ['c', running(child('x'), child('leaf'), child('leaf'))],
      ['x', running(child('leaf'))],
      ['leaf', running()],
    ]);
    expect(outline(buildTree('a', readings))).toBe('a(b(x(leaf)) c(x! leaf! leaf!))');
  });

  it('shows them where there is room for them', () => {
    const readings = new Map([
      ['a', running(child('b'), child('x'))],
      ['b', running(child('x'))],
      ['x', running(child('leaf'))],
      ['leaf', running()],
    ]);
    expect(outline(buildTree('a', readings, 2))).toBe('a(b(x+) x(leaf))');
    expect(outline(buildTree('a', readings, 1))).toBe('a(b+ x+)');
    expect(outline(buildTree('a', readings, 0))).toBe('a+');
  });

  it('gives the word of the parent where the workflow did not answer itself', () => {
    const readings = new Map<string, Reading>([
      ['a', running(child('b'), child('c', 'completed'), child('d', 'starting'), child('e'))],
      ['b', { ...running(), error: 'profile: 503' }],
      ['c', { status: 'completed', workflowType: 'Ticket2Workflow', closedAt: '2026-01-01T00:00:00.000Z' }],
      ['d', {}],
      ['e', {}],
    ]);
    const { children = [] } = buildTree('a', readings);
    expect(children.map(({ status, parentSays }) => [status, parentSays])).toEqual([
      ['running', undefined],
      ['completed', 'completed'],
      ['starting', 'starting'],
      ['missing', 'running'],
    ]);
    expect(children[1]).toMatchObject({
      workflowType: 'Ticket2Workflow',
      entityName: 'Ticket',
      path: 'tickets',
    });
  });

  it('adds what the parent finds wrong', () => {
    const readings = new Map<string, Reading>([
      [
        'a',
        running(child('b', 'failed', 'https://u:p@x.example.com\nsaid no'), child('c', 'running', 'late')),
      ],
      ['c', { ...running(), error: 'profile: 503' }],
    ]);
    expect(buildTree('a', readings).children?.map(({ error }) => error)).toEqual([
      'https://x.example.com said no',
      'profile: 503; late',
    ]);
  });
});
