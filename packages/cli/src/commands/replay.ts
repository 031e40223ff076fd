import { resolve } from 'node:path';
import { CliError } from '../errors';
import { type FleetFlags, listed, runningQuery } from '../fleet/running';
import { inColumns } from '../render/columns';
import { plainText } from '../render/plain-text';
import { progressOn } from '../render/progress';
import type { Style, Terminal } from '../render/terminal';
import { projectWorker } from '../replay/project-worker';
import { replayRuns, type Verdict } from '../replay/replay-runs';
import { Sample } from '../replay/sample';
import { workflowCode } from '../replay/workflow-code';
import type { CommandContext } from './context';

/** What is replayed, and against what. */
export interface ReplayFlags extends FleetFlags {
  /** The file that exports the workflows, or a bundle of them. */
  readonly workflows: string;
  /** How many histories are replayed at most. */
  readonly limit?: number;
}

const USUAL_LIMIT = 100;

const styles: Readonly<Record<Verdict['verdict'], Style>> = {
  breaks: 'red',
  unread: 'yellow',
  replays: 'green',
  untouched: 'dim',
  gone: 'dim',
};

/** `replay`: replays histories of running workflows against code that is not deployed yet. */
export async function replay(
  context: CommandContext,
  { workflows, limit = USUAL_LIMIT, ...fleet }: ReplayFlags,
): Promise<void> {
  const { client, dataConverter } = context.session;
  const file = resolve(workflows);
  const worker = projectWorker(file);
  const code = await workflowCode(file, worker);
  const progress = progressOn(context.io);
  const sample = new Sample(limit);
  const verdicts: Verdict[] = [];
  try {
    for await (const { workflowId, runId, type } of listed(client, runningQuery(fleet))) {
      sample.add({ workflowId, runId, workflowType: type });
      progress.report(`Listed ${sample.seen} workflows`);
    }
    const runs = sample.chosen;
    for await (const verdict of replayRuns(runs, { client, worker, workflows: code, dataConverter })) {
      verdicts.push(verdict);
      progress.report(`Replayed ${verdicts.length} of ${runs.length} workflows`);
    }
  } finally {
    progress.clear();
  }
  const [breaks, unread] = [countOf(verdicts, 'breaks'), countOf(verdicts, 'unread')];
  context.print({ found: sample.seen, replayed: verdicts.length, breaks, unread, workflows: verdicts }, () =>
    report(verdicts, sample.seen, context.terminal),
  );
  if (breaks > 0)
    throw new CliError(
      `${breaks} of ${verdicts.length} workflows cannot go on with this code: deployed, it would leave them stuck. Put what has changed behind patched(), or run it as a version of its own that they are not moved to.`,
    );
  if (unread > 0)
    throw new CliError(
      `${unread} of ${verdicts.length} workflows could not be read, so that nothing is known of them. See to what keeps them from it, and replay again.`,
    );
}

const countOf = (verdicts: readonly Verdict[], one: Verdict['verdict']): number =>
  verdicts.filter(({ verdict }) => verdict === one).length;

function report(verdicts: readonly Verdict[], found: number, terminal: Terminal): string {
  const rows = verdicts.map(({ workflowId, runId, workflowType, verdict, reason = '' }) => [
    { text: plainText(workflowId) },
    { text: runId, style: 'dim' as const },
    { text: plainText(workflowType) },
    { text: verdict, style: styles[verdict] },
    { text: plainText(reason) },
  ]);
  return [...inColumns(rows, terminal), summaryOf(verdicts, found), ''].join('\n');
}

function summaryOf(verdicts: readonly Verdict[], found: number): string {
  if (found === 0) return 'No running workflow was found.';
  const counts = (Object.keys(styles) as Verdict['verdict'][])
    .map((verdict) => [verdict, countOf(verdicts, verdict)] as const)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count} ${verdict}`);
  return `${verdicts.length} of ${found} running ${found === 1 ? 'workflow' : 'workflows'}: ${counts.join(', ')}`;
}
