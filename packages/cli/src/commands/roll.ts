import { StatefulHandle } from '@stateful-workflow/core/client';
import { CliError, UsageError } from '../errors';
import { Pace } from '../fleet/pace';
import { Roller } from '../fleet/roller';
import { counted, type FleetFlags, listed, runningQuery } from '../fleet/running';
import { type Reason, Tally } from '../fleet/tally';
import { inColumns } from '../render/columns';
import { plainText } from '../render/plain-text';
import { progressOn } from '../render/progress';
import type { Terminal } from '../render/terminal';
import { eachInParallel } from '../tree/in-parallel';
import type { CommandContext } from './context';
import { requireRunning } from './require-running';

/** How a fleet is rolled. */
export interface RollFlags extends FleetFlags {
  /** How many workflows are asked in a second. */
  readonly rate?: number;
}

/**
 * Each that rolls is handed its whole state once, and may be rebuilt from its history for it: 20 in a second are a fleet
 * of 100,000 in an hour and a half, beside what else its workers do.
 */
const USUAL_RATE = 20;
/** How many answers are waited for at a time. */
const AT_A_TIME = 8;

/** `roll`: asks one workflow, or a fleet, to continue as new on the code that is deployed now. */
export function roll(
  context: CommandContext,
  workflowId: string | undefined,
  flags: RollFlags,
): Promise<void> {
  if (workflowId === undefined) return rollFleet(context, flags);
  if (flags.type === undefined && flags.query === undefined && flags.rate === undefined)
    return rollOne(context, workflowId);
  throw new UsageError(
    'roll takes either the id of one workflow, or --type, --query and --rate for a fleet. Leave out one of them.',
  );
}

async function rollOne(context: CommandContext, workflowId: string): Promise<void> {
  const { client } = context.session;
  await client.withDeadline(Date.now() + context.timeout(10_000), async () => {
    await requireRunning(context, workflowId, 'roll');
    await new StatefulHandle(client, workflowId).roll();
  });
  context.print({ workflowId, requested: 'roll' }, () => `${plainText(workflowId)}: asked to roll\n`);
}

async function rollFleet(context: CommandContext, { rate = USUAL_RATE, ...fleet }: RollFlags): Promise<void> {
  const { session, io, terminal } = context;
  const query = runningQuery(fleet);
  const counts = { asked: 0, gone: 0, other: 0, refused: 0 };
  const refusals = new Tally();
  const stopped = new AbortController();
  const letInterrupt = io.onInterrupt(() => stopped.abort());
  const pace = new Pace(rate, io.now, stopped.signal);
  const roller = new Roller(session.client, context.timeout(10_000));
  const progress = progressOn(io);
  let total = 0;
  let seen = 0;
  try {
    total = await counted(session.client, query);
    await eachInParallel(listed(session.client, query), AT_A_TIME, async (execution) => {
      await pace.turn();
      const rolled = await roller.roll(execution);
      counts[rolled.outcome] += 1;
      if (rolled.outcome === 'refused') refusals.add(execution.workflowId, plainText(rolled.reason));
      progress.report(`Asked ${(seen += 1)} of ${Math.max(total, seen)} workflows`);
    });
  } catch (error) {
    if (!stopped.signal.aborted || (error as Error).name !== 'AbortError') throw error;
  } finally {
    letInterrupt();
    progress.clear();
  }
  const { asked: rolled, gone, other, refused } = counts;
  context.print({ rolled, gone, other, refused, reasons: refusals.reasons }, () =>
    [summaryOf(counts), ...reasonLines(refusals.reasons, terminal), ''].join('\n'),
  );
  if (stopped.signal.aborted)
    throw new CliError(
      `Interrupted: of ${Math.max(total, seen)} workflows ${seen} were seen to. Roll again for the others: those that have rolled do it once more without harm.`,
    );
  if (refused > 0)
    throw new CliError(
      `${refused} of ${rolled + refused} Stateful Workflows could not be asked to roll. See to what keeps them from it, and roll again: those that have rolled do it once more without harm.`,
    );
}

function summaryOf(counts: Readonly<Record<'asked' | 'gone' | 'other' | 'refused', number>>): string {
  const { asked, gone, other, refused } = counts;
  return [
    `${asked} ${asked === 1 ? 'workflow' : 'workflows'} asked to roll`,
    ...(gone > 0 ? [`${gone} ended meanwhile`] : []),
    ...(other > 0 ? [`${other} left alone that ${other === 1 ? 'is' : 'are'} no Stateful Workflow`] : []),
    ...(refused > 0 ? [`${refused} not asked`] : []),
  ].join(', ');
}

function reasonLines(reasons: readonly Reason[], terminal: Terminal): string[] {
  return inColumns(
    reasons.map(({ reason, count, workflowIds }) => [
      { text: `  ${count}` },
      {
        text: workflowIds.map(plainText).join(', ') + (count > workflowIds.length ? ', …' : ''),
        style: 'dim',
      },
      { text: reason, style: 'red' },
    ]),
    terminal,
  );
}
