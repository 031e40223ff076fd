import { ApplicationFailure } from '@temporalio/workflow';
import { beganWith } from '../base/patches';
import type { RefreshResult } from '../contract/wire';
import { iso } from '../base/iso';
import type { WaitEnd } from './loads';
import type { Session } from './session';

/**
 * Asks for a load and waits until one that began afterwards has ended.
 *
 * @param overtakes whether the running load, if there is one, begins again because of it
 */
export function loaded(session: Session, ask: () => void, overtakes: boolean): Promise<RefreshResult> {
  if (!beganWith('fewerTurns')) return formerlyLoaded(session, ask, overtakes);
  const joins = asked(session, ask, overtakes);
  return session.loads.answer(joins, stopping(session), (how) => resultOf(session, how));
}

/** The same in as many turns as it took before. */
async function formerlyLoaded(session: Session, ask: () => void, overtakes: boolean): Promise<RefreshResult> {
  const joins = asked(session, ask, overtakes);
  return resultOf(session, await session.loads.wait(joins, stopping(session)));
}

/** Asks for a load, if need be. @returns whether the one that is running will do */
function asked({ loads, continuation }: Session, ask: () => void, overtakes: boolean): boolean {
  // Before a continue-as-new that is overdue, waiters take the load that is running: were each to get one of its
  // own, a stream of them would put it off for ever. So do those that arrive in the task that begins it.
  const isRunning = loads.isRunning && loads.isWhole;
  const joins = !overtakes && isRunning && (loads.beganNow || continuation?.isOverdue() === true);
  if (!joins) ask();
  return joins;
}

const stopping = (session: Session) => (): boolean => session.paused || !!session.ending;

/** @throws ApplicationFailure where the run ended before the load did */
function resultOf({ loads, ending }: Session, how: WaitEnd): RefreshResult {
  if (how === 'done' && loads.lastResult) return loads.lastResult;
  if (ending)
    throw ApplicationFailure.nonRetryable(
      `The workflow has ${ending} before the load was done.`,
      'WORKFLOW_ENDED',
    );
  if (how === 'over')
    throw ApplicationFailure.nonRetryable(
      'The workflow had to continue as new before the load was done. The load comes in the next run: send refresh to wait for it.',
      'WORKFLOW_CONTINUED',
    );
  return { outcome: 'skipped', changed: 0, checkedAt: iso(Date.now()) };
}
