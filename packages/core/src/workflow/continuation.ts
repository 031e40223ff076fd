import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  workflowInfo,
} from '@temporalio/workflow';
import { carryOver } from './carry';
import { handlersUnderWay } from './handlers-under-way';
import { historyLength } from './history-length';
import type { HookRunner } from './hooks';
import { has } from './patches';
import type { Session } from './session';
import type { StatefulWorkflow } from './stateful-workflow';
import { allElse, settledOr } from './moments';

/** Temporal ends a workflow at 51,200 events or 50 MiB. One that cannot continue as new gives up before that. */
const LAST_EVENTS = 45_000;
const LAST_BYTES = 45_000_000;
/** How much history to let pass before another attempt, after one that was too large. */
const PAUSE_EVENTS = 1_000;
const PAUSE_BYTES = 4_000_000;

/** For how many events it is put off at most. Where it is due early: for as many again. */
const MOST_PUT_OFF = 2_000;
/**
 * After which part of them one load has to do for all who ask, after which nobody is waited for, and after which not even
 * code that cleans up. Where much comes it is earlier: see {@link TASKS_TO_CLOSE}.
 */
const OVERDUE = 0.25;
const SPENT = 0.75;
const USED_UP = 0.9;
/**
 * How many events the end of a run takes while nobody sends anything, and how many workflow tasks' traffic comes to
 * them: the task until the history is looked at again, and those after which the server has the run look at what came as
 * it closed.
 */
const TO_CLOSE = 8;
const TASKS_TO_CLOSE = 5;
/** How much may come of a sudden, of which nothing is known before; half of what there is, where that is less. */
const SUDDEN = 60;
/** The shortest that a run may have to be: as long as it takes to load once and to close. */
const SHORTEST = 40;
/** How many events a load has for itself before it is cut off: as many as one of a few sources needs. */
const FOR_A_LOAD = 16;

/**
 * When a workflow continues as new, and how. Once it is due it waits for the handlers that have not ended, while the
 * cycles go on, but not for ever: the history does not grow to more than twice the length at which it was due.
 */
export interface Continuation {
  /** Whether the history has grown enough. */
  isDue(): boolean;
  /** Whether it has been put off for so long that who waits for a load takes the one that is running. */
  isOverdue(): boolean;
  /** Whether it cannot wait for a load, either, that is running. */
  readonly cutsOff: () => boolean;
  /** Whether the run has to end now. */
  readonly isUsedUp: () => boolean;
  /** Whether it is due, and nothing that is waited for puts it off. */
  isNext(): boolean;
  /** What puts it off, for a person. `isProblem`: it may do so for ever. */
  readonly putOffBy: { readonly message: string; readonly isProblem: boolean } | undefined;
  /**
   * Continues as new. Returns when it does not, because somebody came to wait for a load, the workflow ends, or
   * its state is too large.
   *
   * @param hooked runs `onContinue()`
   */
  run(hooked: HookRunner): Promise<void>;
}

/** Continues a workflow as new when its history has grown, with everything it knows. */
export function continuationOf(
  session: Session,
  workflow: Pick<StatefulWorkflow, 'maxHistoryEvents' | 'onContinue'>,
): Continuation {
  const { maxHistoryEvents = Infinity } = workflow;
  const { size } = session;
  const { children, window } = session.hierarchy;
  const { loads, traffic } = session;
  /** The length of the history, and its size, from which on it may be tried: one of them is enough. */
  let from = 0;
  let fromBytes = 0;
  /** The length of the history at which it was due. */
  let dueAt: number | undefined;
  /** Whether the run ends now. */
  let isOver = false;

  const isDue = (): boolean => {
    const events = historyLength();
    const { continueAsNewSuggested, historySize } = workflowInfo();
    if (events < from && historySize < fromBytes && !size.hasShrunk) return false;
    const due = continueAsNewSuggested || events >= maxHistoryEvents || children.isFull;
    // It may have come to be due in the midst of a task that brought many events.
    if (due) dueAt ??= Math.max(Math.min(from, events), Math.min(events, maxHistoryEvents));
    return due || isPressed();
  };
  const limit = (part: number): number => {
    const since = dueAt ?? maxHistoryEvents;
    return since + Math.floor(part * Math.min(since, MOST_PUT_OFF));
  };
  /** Whether a handler of the class waits for something. */
  const isClassBusy = (): boolean => !allHandlersFinished() && handlersUnderWay() > loads.waiting;
  /**
   * Whether so much comes by each task that the history could become too long before it is looked at again: then the run
   * ends, be it due or not.
   *
   * @param forMore how many events are to come besides
   */
  const isPressed = (forMore = 0): boolean => {
    const most = Math.max(limit(1), SHORTEST);
    // What waits for something of its own is not cut short by one burst, nor for fear of one.
    const isBusy = isClassBusy();
    const perTask = Math.max((isBusy ? traffic.lasting : traffic.most) - 1, 0);
    const expected = TO_CLOSE + TASKS_TO_CLOSE * perTask + loads.waiting + window.underWay;
    const toClose = isBusy ? expected : Math.max(expected, Math.min(SUDDEN, most / 4));
    return historyLength() + forMore + toClose > most && has('interruptible');
  };
  const isPast = (part: number): boolean => isDue() && (historyLength() >= limit(part) || isPressed());
  const isSpent = (): boolean => isPast(SPENT);
  const isUsedUp = (): boolean => isPast(USED_UP);
  // The second question may cost events, and the answer may be known without.
  /** Whether who waits for a load is not waited for: there is no room for one, or it would be cut off at once. */
  const isClosing = (): boolean =>
    isSpent() || (!loads.isRunning && !isClassBusy() && isDue() && isPressed(FOR_A_LOAD));
  const isNext = (): boolean => (isDue() && loads.awaited === 0 && allHandlersFinished()) || isClosing();

  /** Goes on, and says why, when the state is too large, rather than lose it. */
  const goOn = async (): Promise<void> => {
    if (size.fits()) {
      // What is held stays so: it is carried, and would be sent by both runs.
      isOver = true;
      await loads.leave();
      await continueAsNew(carryOver(session));
    }
    const { historySize } = workflowInfo();
    const message = size.problem as string;
    if (historyLength() >= LAST_EVENTS || historySize >= LAST_BYTES)
      throw ApplicationFailure.nonRetryable(message, 'STATE_TOO_LARGE');
    size.hasShrunk = false;
    from = historyLength() + PAUSE_EVENTS;
    fromBytes = historySize + PAUSE_BYTES;
    dueAt = undefined;
  };

  /** Runs `onContinue()`, if there is one, as long as it can be waited for. */
  const tell = async (hooked: HookRunner): Promise<void> => {
    if (!workflow.onContinue) return;
    let isLeft = false;
    // Runs of the first versions go on without it then, and do not cancel it.
    const isAllowed = (): boolean => has('interruptible') || !(isLeft = isSpent());
    const told = hooked(async () => workflow.onContinue?.(), { isOverdue: isSpent, isUsedUp, isAllowed });
    await settledOr(told, () => isLeft);
  };

  return {
    isDue,
    isOverdue: () => isPast(OVERDUE),
    cutsOff: () => isUsedUp() || (isSpent() && historyLength() - loads.begunAt >= FOR_A_LOAD),
    isUsedUp,
    isNext,
    get putOffBy() {
      if (dueAt === undefined) return undefined;
      const { awaited } = loads;
      if (awaited > 0)
        return {
          message: `Continue-as-new has been due since event ${dueAt}: ${awaited} that wait for a load are answered first.`,
          isProblem: false,
        };
      if (session.hooksSince !== undefined)
        return {
          message: `Continue-as-new has been due since event ${dueAt}, and execute() or another hook of the class has not ended. From event ${limit(SPENT)} on it is cancelled, and the next run calls it again.`,
          isProblem: false,
        };
      if (loads.isRunning)
        return {
          message: `Continue-as-new has been due since event ${dueAt}, and a load is under way. From event ${limit(SPENT)} on it is cut off, and the next run begins it again.`,
          isProblem: false,
        };
      if (allHandlersFinished()) return undefined;
      return {
        message: `Continue-as-new has been due since event ${dueAt}, and a signal or update handler of the class has not ended. Loads go on; at event ${limit(SPENT)} the run ends without it.`,
        isProblem: true,
      };
    },
    async run(hooked) {
      const stops = (): boolean => !!session.ending || (loads.awaited > 0 && !isClosing());
      await tell(hooked);
      if (session.ending) return;
      // A run that continues takes no handler along: those that can end do so first.
      if (!allHandlersFinished()) await allElse();
      if (stops() || !isNext()) return;
      window.hold();
      try {
        // What is on its way when a run ends may get lost.
        await condition(() => window.underWay === 0 || stops());
        if (!stops() && isNext()) await goOn();
      } finally {
        if (!isOver) window.release();
      }
    },
  };
}
