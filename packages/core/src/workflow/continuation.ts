import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  workflowInfo,
} from '@temporalio/workflow';
import { carryOver } from './carry';
import { historyLength } from './history-length';
import type { Session } from './session';
import type { StatefulWorkflow } from './stateful-workflow';

/** Temporal ends a workflow at 51,200 events or 50 MiB. One that cannot continue as new gives up before that. */
const LAST_EVENTS = 45_000;
const LAST_BYTES = 45_000_000;
/** How much history to let pass before another attempt, after one that was too large. */
const PAUSE_EVENTS = 1_000;
const PAUSE_BYTES = 4_000_000;

/** For how many events waiting refreshes may put it off; for fewer, where it is due early. */
const MAX_PUT_OFF_EVENTS = 1_000;

/** When a workflow continues as new, and how. */
export interface Continuation {
  /** Whether the history has grown enough. */
  isDue(): boolean;
  /** Whether it has been put off for so long that nobody may put it off any more. */
  isOverdue(): boolean;
  /**
   * Continues as new once every handler is done. Returns when it cannot: a handler wants a load first, the
   * workflow ends, or its state is too large.
   */
  run(): Promise<void>;
}

/** Continues a workflow as new when its history has grown, with everything it knows. */
export function continuationOf(
  session: Session,
  workflow: Pick<StatefulWorkflow, 'maxHistoryEvents' | 'onContinue'>,
): Continuation {
  const { maxHistoryEvents = Infinity } = workflow;
  const { size } = session;
  const { children, window } = session.hierarchy;
  /** The length of the history, and its size, from which on it may be tried: one of them is enough. */
  let from = 0;
  let fromBytes = 0;
  /** The length of the history when somebody first put it off. */
  let putOffAt: number | undefined;
  /** Whether the run ends now. */
  let isOver = false;

  const isDue = (): boolean => {
    const events = historyLength();
    const { historySize } = workflowInfo();
    const isPaused = events < from && historySize < fromBytes && !size.hasShrunk;
    return (
      !isPaused && (workflowInfo().continueAsNewSuggested || events >= maxHistoryEvents || children.isFull)
    );
  };
  const stops = (): boolean => session.awaitingLoad > 0 || !!session.ending;
  const isBusy = (): boolean => stops() || !allHandlersFinished();

  /** Goes on, and says why, when the state is too large, rather than lose it. */
  const goOn = async (): Promise<void> => {
    if (size.fits()) {
      // What is held stays so: it is carried, and would be sent by both runs.
      isOver = true;
      await continueAsNew(carryOver(session));
    }
    const { historySize } = workflowInfo();
    const message = size.problem as string;
    if (historyLength() >= LAST_EVENTS || historySize >= LAST_BYTES)
      throw ApplicationFailure.nonRetryable(message, 'STATE_TOO_LARGE');
    size.hasShrunk = false;
    from = historyLength() + PAUSE_EVENTS;
    fromBytes = historySize + PAUSE_BYTES;
  };

  return {
    isDue,
    isOverdue() {
      if (!isDue()) return false;
      putOffAt ??= historyLength();
      return historyLength() >= putOffAt + Math.min(putOffAt, MAX_PUT_OFF_EVENTS);
    },
    async run() {
      await condition(() => allHandlersFinished() || stops());
      if (stops()) return;
      await workflow.onContinue?.();
      // Whoever came while that ran is answered first: a run that continues takes no handler along.
      if (isBusy()) return;
      window.hold();
      try {
        // What is on its way when a run ends may get lost.
        await condition(() => window.underWay === 0 || stops());
        if (!isBusy()) await goOn();
      } finally {
        if (!isOver) window.release();
      }
    },
  };
}
