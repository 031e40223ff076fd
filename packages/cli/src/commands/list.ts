import { UsageError } from '../errors';
import type { FleetFlags } from '../fleet/running';
import { type Listed, listByStatus } from '../fleet/status-lister';
import { inColumns } from '../render/columns';
import { plainText } from '../render/plain-text';
import { progressOn } from '../render/progress';
import { isStatus, statuses, statusStyle } from '../tree/status-style';
import { countByStatus } from '../tree/summarize';
import type { CommandContext } from './context';

/** What is listed. */
export interface ListFlags extends FleetFlags {
  /** Only workflows that are doing this. */
  readonly status?: string;
}

/** `list`: prints the workflows of a fleet that run, with what they are doing. */
export async function list(context: CommandContext, { status, ...fleet }: ListFlags): Promise<void> {
  if (status !== undefined && !isStatus(status))
    throw new UsageError(
      `"${plainText(status)}" is not a status that a workflow which runs can have. Use ${statuses.join(', ')}.`,
    );
  const { session, io, terminal } = context;
  const progress = progressOn(io);
  const found: Listed[] = [];
  try {
    await listByStatus(session.client, {
      ...fleet,
      ...(status !== undefined && { status }),
      timeout: context.timeout(10_000),
      onFound: (workflow) => found.push(workflow),
      onProgress: (asked) => progress.report(`Asked ${asked} workflows, found ${found.length}`),
    });
  } finally {
    progress.clear();
  }
  context.print(found, () => {
    const rows = found.map((workflow) => [
      { text: plainText(workflow.workflowId) },
      { text: plainText(workflow.status), style: statusStyle(workflow.status) },
      { text: plainText(workflow.workflowType), style: 'dim' as const },
      { text: plainText(workflow.error ?? ''), style: 'red' as const },
    ]);
    return [...inColumns(rows, terminal), summaryOf(found), ''].join('\n');
  });
}

function summaryOf(found: readonly Listed[]): string {
  if (found.length === 0) return 'No running workflow was found.';
  const what = found.length === 1 ? 'workflow' : 'workflows';
  return `${found.length} ${what}: ${countByStatus(found.map(({ status }) => status))}`;
}
