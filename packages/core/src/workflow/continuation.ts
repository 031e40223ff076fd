import {
  allHandlersFinished,
  ApplicationFailure,
  log,
  makeContinueAsNewFunc,
  sleep,
  TemporalFailure,
  workflowInfo,
} from '@temporalio/workflow';
import { untrackPromise } from '@temporalio/workflow/lib/stack-helpers';
import { carryOver } from './carry';
import { handlersUnderWay } from './handlers-under-way';
import { historyLength } from './history-length';
import type { HookRunner } from './hooks';
import { begunWith, has } from '../base/patches';
import type { Session } from './session';
import type { StatefulWorkflow } from './stateful-workflow';
import { milliseconds } from '../contract/duration';
import { allElse, quiet, settledOr } from './moments';

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
/** How much may come of a sudden, of which nothing is known before; a part of what there is, where that is less. */
const SUDDEN = 60;
const SUDDEN_PART = 0.25;
/** The shortest that a run may have to be: as long as it takes to load once and to close. */
const SHORTEST = 40;
/** How old a run becomes, and by which part of it that varies at random, so that those of a fleet do not end together. */
const OLD = '1 day';
const OLD_JITTER = 0.1;
/** How long a run that was asked to end waits for handlers and hooks of its class. */
const PATIENCE_MS = 10 * 60_000;
/** How many events a load has for itself before it is cut off: as many as one of a few sources needs. */
const FOR_A_LOAD = 16;

/**
 * When a workflow continues as new, and how. Once it is due it waits for the handlers that have not ended, while the
 * cycles go on, but not for ever: it closes in time for the history not to grow to more than twice the length at which it
 * was due. What arrives while it closes comes on top: the server has the run look at that first.
 */
export class Continuation {
  readonly #session: Session;
  readonly #workflow: Pick<StatefulWorkflow, 'onContinue'>;
  readonly #maxHistoryEvents: number;
  /** When the run is old, in milliseconds. */
  readonly #oldAt: number;
  #isTimed = false;
  /** When it was first asked for, other than by the length of the history: milliseconds. */
  #askedAt?: number;
  /** The length of the history, and its size, from which on it may be tried: one of them is enough. */
  #from = 0;
  #fromBytes = 0;
  /** The length of the history at which it was due. */
  #dueAt?: number;

  constructor(session: Session, workflow: Pick<StatefulWorkflow, 'onContinue'>) {
    this.#session = session;
    this.#workflow = workflow;
    const { maxHistoryEvents = Infinity, maxRunAge = OLD } = session.declaration;
    this.#maxHistoryEvents = maxHistoryEvents;
    const age = milliseconds('maxRunAge', maxRunAge);
    // Runs that began without an age have none.
    this.#oldAt =
      begunWith() !== undefined
        ? workflowInfo().runStartTime.getTime() + age * (1 + OLD_JITTER * (2 * Math.random() - 1))
        : Infinity;
  }

  /** Whether the history has grown enough. */
  isDue(): boolean {
    const { size, hierarchy } = this.#session;
    const most = this.#maxHistoryEvents;
    const events = historyLength();
    const { continueAsNewSuggested, historySize } = workflowInfo();
    if (events < this.#from && historySize < this.#fromBytes && !size.hasShrunk) return false;
    const due = continueAsNewSuggested || events >= most || hierarchy.children.isFull || this.#isAsked();
    // It may have come to be due in the midst of a task that brought many events.
    if (due) this.#dueAt ??= Math.max(Math.min(this.#from, events), Math.min(events, most));
    return due || this.#isPressed();
  }

  /** Whether it has been put off for so long that who waits for a load takes the one that is running. */
  isOverdue(): boolean {
    return this.#isPast(OVERDUE);
  }

  /** Whether it cannot wait for a load, either, that is running. */
  cutsOff(): boolean {
    const isLong = this.#isSpent() && historyLength() - this.#session.loads.begunAt >= FOR_A_LOAD;
    return this.isUsedUp() || this.#isLate || isLong;
  }

  /** Whether the run has to end now. */
  isUsedUp(): boolean {
    return this.#isPast(USED_UP);
  }

  /** Whether it is due, and nothing that is waited for puts it off. */
  isNext(): boolean {
    // The second question may cost events, and the answer may be known without.
    if (!this.isDue()) return this.#isClosing();
    const { loads, isOutdated } = this.#session;
    const isFree = isOutdated ? !this.#isClassBusy : loads.awaited === 0 && allHandlersFinished();
    return isFree || this.#isClosing();
  }

  /**
   * Sees to it that the run ends when it is old, although nothing happens.
   *
   * @param wakesAt when it wakes anyhow, in milliseconds
   */
  comesOfAge(wakesAt = Infinity): void {
    if (this.#isTimed || this.#oldAt >= wakesAt || this.#oldAt === Infinity) return;
    this.#isTimed = true;
    this.#wake(this.#oldAt - Date.now(), 'maxRunAge');
  }

  /** What puts it off, for a person. `isProblem`: it may do so for ever. */
  get putOffBy(): { readonly message: string; readonly isProblem: boolean } | undefined {
    if (this.#dueAt === undefined) return undefined;
    const { loads, hooksSince } = this.#session;
    const since = `Continue-as-new has been due since event ${this.#dueAt}`;
    const last = this.#limit(SPENT);
    if (loads.awaited > 0)
      return {
        message: `${since}: ${loads.awaited} that wait for a load are answered first.`,
        isProblem: false,
      };
    if (hooksSince !== undefined)
      return {
        message: `${since}, and execute() or another hook of the class has not ended. From event ${last} on it is cancelled, and the next run calls it again.`,
        isProblem: false,
      };
    if (loads.isRunning)
      return {
        message: `${since}, and a load is under way. From event ${last} on it is cut off, and the next run begins it again.`,
        isProblem: false,
      };
    if (allHandlersFinished()) return undefined;
    return {
      message: `${since}, and a signal or update handler of the class has not ended. Loads go on; at event ${last} the run ends without it.`,
      isProblem: true,
    };
  }

  /**
   * Continues as new. Returns when it does not, because somebody came to wait for a load, the workflow ends, or
   * its state is too large.
   *
   * @param hooked runs `onContinue()`
   */
  async run(hooked: HookRunner): Promise<void> {
    const session = this.#session;
    const { sendLimit } = session.hierarchy;
    const stops = (): boolean =>
      !!session.ending || (session.loads.awaited > 0 && !session.isOutdated && !this.#isClosing());
    await this.#tell(hooked);
    if (session.ending) return;
    // A run that continues takes no handler along: those that can end do so first.
    if (!allHandlersFinished()) await allElse();
    if (stops() || !this.isNext()) return;
    sendLimit.hold();
    let isOver = false;
    try {
      // What is on its way when a run ends may get lost.
      await quiet({ underWay: () => sendLimit.underWay, stops, asksAgain: () => has('quietSends') });
      if (stops() || !this.isNext()) return;
      // What is held stays so: it is carried, and would be sent by both runs.
      isOver = session.size.fits();
      if (isOver) {
        await session.loads.leave();
        await continued(session);
      }
      this.#putOff();
    } finally {
      if (!isOver) sendLimit.release();
    }
  }

  /** Whether it is asked for by something else than the length of the history. */
  #isAsked(): boolean {
    if (begunWith() === undefined && !this.#session.isOutdated) return false;
    const { isToRoll, isOutdated } = this.#session;
    const isAsked =
      isToRoll ||
      isOutdated ||
      workflowInfo().targetWorkerDeploymentVersionChanged ||
      Date.now() >= this.#oldAt;
    if (isAsked && this.#askedAt === undefined) {
      this.#askedAt = Date.now();
      if (this.#isClassBusy || this.#session.hooksSince !== undefined) this.#wake(PATIENCE_MS, 'handlers');
    }
    return isAsked;
  }

  /** Has the run look whether it is due after a time. */
  #wake(ms: number, summary: string): void {
    // Nobody awaits the timer, and no stack trace shows it: in every idle workflow those would take 5 KB.
    void this.#session.shield.run(async () => untrackPromise(sleep(Math.max(ms, 1), { summary })));
  }

  #isSpent(): boolean {
    return this.#isPast(SPENT);
  }

  /** Whether who waits for a load is not waited for: there is no room for one, or it would be cut off at once. */
  #isClosing(): boolean {
    if (this.#isSpent()) return true;
    const { loads, hooksSince } = this.#session;
    // Beside hooks, which end in their own time, who waits for a load gets one.
    const begins = !loads.isRunning && hooksSince === undefined && !this.#isClassBusy;
    return begins && this.isDue() && this.#isPressed(FOR_A_LOAD);
  }

  /** Whether a handler of the class waits for something. */
  get #isClassBusy(): boolean {
    return !allHandlersFinished() && handlersUnderWay() > this.#session.loads.waiting;
  }

  /**
   * Whether so much comes by each task that the history could become too long before it is looked at again: then the run
   * ends, be it due or not.
   *
   * @param forMore how many events are to come besides
   */
  #isPressed(forMore = 0): boolean {
    const { loads, traffic, hierarchy } = this.#session;
    const most = Math.max(this.#limit(1), SHORTEST);
    // What waits for something of its own is not cut short by one burst, nor for fear of one.
    const isBusy = this.#isClassBusy;
    const perTask = Math.max((isBusy ? traffic.lasting : traffic.most) - 1, 0);
    const expected = TO_CLOSE + TASKS_TO_CLOSE * perTask + loads.waiting + hierarchy.sendLimit.underWay;
    const toClose = isBusy ? expected : Math.max(expected, Math.min(SUDDEN, most * SUDDEN_PART));
    return historyLength() + forMore + toClose > most && has('interruptible');
  }

  #isPast(part: number): boolean {
    if (!this.isDue()) return false;
    // However late it is, code of the class that is cancelled has its moment to clean up.
    const isLate = this.#isLate && part < USED_UP;
    return historyLength() >= this.#limit(part) || isLate || this.#isPressed();
  }

  /** Whether it was asked for so long ago that nothing is waited for any more. */
  get #isLate(): boolean {
    return this.#askedAt !== undefined && Date.now() - this.#askedAt >= PATIENCE_MS;
  }

  #limit(part: number): number {
    const since = this.#dueAt ?? this.#maxHistoryEvents;
    // One that was asked for early in a run leaves as much room as one that is due late.
    const room = this.#askedAt === undefined ? since : Infinity;
    return since + Math.floor(part * Math.min(room, MOST_PUT_OFF));
  }

  /** Goes on, and says why, when the state is too large, rather than lose it. */
  #putOff(): void {
    const { size } = this.#session;
    const { historySize } = workflowInfo();
    const message = size.problem as string;
    if (historyLength() >= LAST_EVENTS || historySize >= LAST_BYTES)
      throw ApplicationFailure.nonRetryable(message, 'STATE_TOO_LARGE');
    size.hasShrunk = false;
    this.#from = historyLength() + PAUSE_EVENTS;
    this.#fromBytes = historySize + PAUSE_BYTES;
    this.#dueAt = undefined;
  }

  /** Runs `onContinue()`, if there is one, as long as it can be waited for. */
  async #tell(hooked: HookRunner): Promise<void> {
    const workflow = this.#workflow;
    if (!workflow.onContinue) return;
    let isLeft = false;
    // Runs of the first versions go on without it then, and do not cancel it.
    const isAllowed = (): boolean => has('interruptible') || !(isLeft = this.#isSpent());
    const asked = async (): Promise<void> => {
      try {
        await workflow.onContinue?.();
      } catch (error) {
        this.#passOver(error);
      }
    };
    const told = hooked(asked, {
      isOverdue: () => this.#isSpent(),
      isUsedUp: () => this.isUsedUp(),
      isAllowed,
    });
    await settledOr(told, () => isLeft);
  }

  /** A hook that was deployed later may count on what this run never loads. */
  #passOver(error: unknown): void {
    if (!this.#session.declaration.before || error instanceof TemporalFailure) throw error;
    log.warn(
      'onContinue() threw in a run that began before the class was changed. The run ends without it.',
      {
        error: String(error),
      },
    );
  }
}

/** Begins the next run, of a pinned workflow on the version that is current by now. */
function continued(session: Session): Promise<never> {
  const { targetWorkerDeploymentVersionChanged: isUpgrade } = workflowInfo();
  const begin = makeContinueAsNewFunc(isUpgrade ? { initialVersioningBehavior: 'AUTO_UPGRADE' } : undefined);
  return begin(carryOver(session, session.size.room));
}
