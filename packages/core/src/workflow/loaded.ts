import { ApplicationFailure } from '@temporalio/workflow';
import type { RefreshResult } from '../contract/wire';
import { iso } from '../base/iso';
import type { Session } from './session';

/**
 * Asks for a load and waits until one that began afterwards has ended.
 *
 * @param overtakes whether the running load, if there is one, begins again because of it
 */
export async function loaded(session: Session, ask: () => void, overtakes: boolean): Promise<RefreshResult> {
  const { loads } = session;
  // Before a continue-as-new that is overdue, waiters take the load that is running: were each to get one of its
  // own, a stream of them would put it off for ever. So do those that arrive in the task that begins it.
  const isRunning = loads.isRunning && loads.isWhole;
  const joins = !overtakes && isRunning && (loads.beganNow || session.continuation?.isOverdue() === true);
  if (!joins) ask();
  const how = await loads.wait(joins, () => session.paused || !!session.ending);
  const { ending } = session;
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
