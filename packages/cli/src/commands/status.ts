import { workflowMissing } from '../explain';
import { ageOf, duration } from '../render/age';
import { type Cell, inColumns } from '../render/columns';
import { plainText } from '../render/plain-text';
import type { Terminal } from '../render/terminal';
import { WorkflowReader } from '../tree/read-workflow';
import { renderTree } from '../tree/render-tree';
import { sourceError } from '../tree/source-errors';
import { countByStatus } from '../tree/summarize';
import { buildTree } from '../tree/build-tree';
import type { Reading } from '../tree/tree-node';
import type { CommandContext } from './context';

/** `status`: prints how one workflow and its sources are, and how many children it has. */
export async function status(context: CommandContext, workflowId: string): Promise<void> {
  const { session, io, terminal } = context;
  const reading = await new WorkflowReader(session.client, context.timeout(10_000)).read(workflowId);
  if (reading.status === undefined) throw workflowMissing(workflowId, session);

  const { report, children, ...rest } = reading;
  const value = {
    workflowId,
    ...rest,
    ...report,
    ...(children && { childCount: children.length, childStatuses: tally(children) }),
  };
  context.print(value, () => describe(workflowId, reading, terminal, io.now()));
}

function describe(workflowId: string, reading: Reading, terminal: Terminal, now: number): string {
  const { report, children = [] } = reading;
  const node = buildTree(workflowId, new Map([[workflowId, reading]]));
  // Its children and what is wrong with its sources follow in lines of their own.
  const line = { ...node, ...(report && { error: '' }), children: [] };
  const rows = Object.entries(report?.sources ?? {}).map(([name, source]): Cell[] => {
    const wrong = sourceError(source);
    return [
      { text: `  ${plainText(name)}` },
      { text: plainText(source.adapter) },
      { text: source.lastOutcome ?? 'not yet loaded', style: wrong ? 'red' : 'green' },
      { text: source.lastCheckedAt ? `checked ${ageOf(source.lastCheckedAt, now)}` : '', style: 'dim' },
      { text: source.lastChangedAt ? `changed ${ageOf(source.lastChangedAt, now)}` : '', style: 'dim' },
      { text: source.nextCheckAt ? nextCheck(source.nextCheckAt, now) : '', style: 'dim' },
      { text: plainText(wrong ?? ''), style: 'red' },
    ];
  });
  const lines = inColumns(rows, terminal);
  if (children.length > 0) {
    lines.push(
      `  ${children.length} ${children.length === 1 ? 'child' : 'children'}: ${countByStatus(children.map((child) => child.status))}`,
    );
  }
  return [renderTree(line, terminal, now), ...lines.map((text) => `${text}\n`)].join('');
}

function nextCheck(time: string, now: number): string {
  const wait = Date.parse(time) - now;
  return wait > 0 ? `next in ${duration(wait)}` : 'next now';
}

function tally(children: NonNullable<Reading['children']>): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { status } of children) counts.set(status, (counts.get(status) ?? 0) + 1);
  return Object.fromEntries(counts);
}
