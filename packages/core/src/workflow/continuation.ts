import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  log,
  workflowInfo,
} from '@temporalio/workflow';
import { carryOver } from './carry';
import { historyLength } from './history-length';
import type { Session } from './session';
import type { StatefulWorkflow } from './stateful-workflow';

/** The largest start argument that is sent by default. Temporal refuses payloads over 2 MiB. */
const MAX_STATE_BYTES = 1_900_000;
/** Temporal ends a workflow at 51,200 events. One that cannot continue as new gives up before that. */
const LAST_EVENTS = 45_000;
/** How many events to let pass before another attempt, after one that was too large. */
const PAUSE_EVENTS = 1_000;

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
  workflow: Pick<StatefulWorkflow, 'maxHistoryEvents' | 'maxStateBytes' | 'onContinue'>,
): Continuation {
  const { maxHistoryEvents = Infinity, maxStateBytes = MAX_STATE_BYTES } = workflow;
  const { children, window } = session.hierarchy;
  /** The length of the history from which on it may be tried. */
  let from = 0;
  /** The length of the history when somebody first put it off. */
  let putOffAt: number | undefined;
  /** Whether the run ends now. */
  let isOver = false;

  const isDue = (): boolean => {
    const events = historyLength();
    return (
      events >= from &&
      (workflowInfo().continueAsNewSuggested || events >= maxHistoryEvents || children.isFull)
    );
  };
  const stops = (): boolean => session.awaitingLoad > 0 || !!session.ending;
  const isBusy = (): boolean => stops() || !allHandlersFinished();

  /** Goes on, and says why, when the state is too large, rather than lose it. */
  const goOn = async (): Promise<void> => {
    const next = carryOver(session);
    const bytes = new TextEncoder().encode(JSON.stringify(next)).length;
    if (bytes <= maxStateBytes) {
      // What is held stays so: it is carried, and would be sent by both runs.
      isOver = true;
      await continueAsNew(next);
    }
    const message = `state: is ${bytes} bytes, more than the ${maxStateBytes} that maxStateBytes lets a run hand to the next, so it cannot continue as new. Hold less, or set up external storage for payloads and raise maxStateBytes.`;
    if (historyLength() >= LAST_EVENTS) throw ApplicationFailure.nonRetryable(message, 'STATE_TOO_LARGE');
    log.warn(message);
    session.problem = message;
    from = historyLength() + PAUSE_EVENTS;
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
