import { StatefulHandle } from '@stateful-workflow/core/client';
import { ageOf } from '../render/age';
import { type Cell, inColumns } from '../render/columns';
import { plainText } from '../render/plain-text';
import type { Terminal } from '../render/terminal';
import type { CommandContext } from './context';

/** Each costs a question, which is a billable Action. */
const USUAL_ENTITIES = 200;
/** How much of an entity stands in its line. */
const WIDEST = 100;

/** What is looked at. */
export interface DiffFlags {
  /** How many entities are asked about at most. @default 200 */
  readonly limit?: number;
}

/** An entity that a source has changed. */
interface Changed {
  readonly entityName: string;
  readonly id: string;
  readonly source: string;
  /** When the source last brought something new of it: ISO 8601. */
  readonly changedAt: string;
  /** Whether it came with the last change of its source. */
  readonly isLast: boolean;
  readonly fields: unknown;
}

/** `diff`: prints what its sources last changed of a workflow, the newest first, as it is now. */
export async function diff(
  context: CommandContext,
  workflowId: string,
  { limit = USUAL_ENTITIES }: DiffFlags,
): Promise<void> {
  const { session, io, terminal } = context;
  const handle = new StatefulHandle(session.client, workflowId);
  const inTime = <T>(call: () => Promise<T>): Promise<T> =>
    session.client.withDeadline(Date.now() + context.timeout(10_000), call);
  const state = await inTime(() => handle.state());
  const entities = Object.entries(state).flatMap(([entityName, table]) =>
    Object.entries(table as Record<string, unknown>).map(([id, fields]) => ({ entityName, id, fields })),
  );
  const found: Omit<Changed, 'isLast'>[] = [];
  // One after the other: the server turns a second question to a busy workflow away.
  for (const entity of entities.slice(0, limit)) {
    const given = await inTime(() => handle.provenanceOf(entity.entityName as never, entity.id));
    for (const { source, changedAt } of given) found.push({ ...entity, source, changedAt });
  }
  const last = new Map<string, string>();
  for (const { source, changedAt } of found)
    if (changedAt > (last.get(source) ?? '')) last.set(source, changedAt);
  const changes: Changed[] = found
    .map((change) => ({ ...change, isLast: last.get(change.source) === change.changedAt }))
    .sort((a, b) => (a.changedAt < b.changedAt ? 1 : a.changedAt > b.changedAt ? -1 : 0));
  const unasked = Math.max(0, entities.length - limit);
  context.print({ workflowId, changes, unasked }, () => describe(changes, unasked, terminal, io.now()));
}

function describe(changes: readonly Changed[], unasked: number, terminal: Terminal, now: number): string {
  const last = changes.filter(({ isLast }) => isLast);
  const rows = last.map(({ entityName, id, source, changedAt, fields }): Cell[] => [
    { text: plainText(`${entityName} ${id}`) },
    { text: plainText(source), style: 'cyan' },
    { text: `changed ${ageOf(changedAt, now)}`, style: 'dim' },
    { text: shortened(plainText(JSON.stringify(fields))) },
  ]);
  return [
    ...(last.length === 0 ? ['No source has brought anything yet.'] : inColumns(rows, terminal)),
    ...(unasked > 0 ? [`${unasked} more were not asked about: see --limit.`] : []),
    '',
  ].join('\n');
}

const shortened = (text: string): string => (text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text);
