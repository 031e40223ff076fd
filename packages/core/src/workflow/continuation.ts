import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  workflowInfo,
} from '@temporalio/workflow';
import { carryOver } from './carry';
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
 * code that cleans up.
 */
const OVERDUE = 0.25;
const SPENT = 0.75;
const USED_UP = 0.9;
/** Of them, so many are for ending: what comes meanwhile and what is on its way takes a few tasks. A quarter, where there are few. */
const FOR_ENDING = 20;
/** How many events a load has for itself before it is cut off: as many as one of a few sources needs. */
const FOR_A_LOAD = 16;

/**
 * When a workflow continues as new, and how. Once it is due it waits for the handlers that have not ended, while the
 * cycles go on, but not for ever: the history does not grow to more than twice the length at which it was due.
 */
export class Continuation {
  readonly #session: Session;
  readonly #workflow: Pick<StatefulWorkflow, 'onContinue'>;
  readonly #maxHistoryEvents: number;
  /** The length of the history, and its size, from which on it may be tried: one of them is enough. */
  #from = 0;
  #fromBytes = 0;
  /** The length of the history at which it was due. */
  #dueAt?: number;

  constructor(session: Session, workflow: Pick<StatefulWorkflow, 'maxHistoryEvents' | 'onContinue'>) {
    this.#session = session;
    this.#workflow = workflow;
    this.#maxHistoryEvents = workflow.maxHistoryEvents ?? Infinity;
  }

  /** Whether the history has grown enough. */
  isDue(): boolean {
    const { size, hierarchy } = this.#session;
    const most = this.#maxHistoryEvents;
    const events = historyLength();
    const { continueAsNewSuggested, historySize } = workflowInfo();
    const isPaused = events < this.#from && historySize < this.#fromBytes && !size.hasShrunk;
    const due = !isPaused && (continueAsNewSuggested || events >= most || hierarchy.children.isFull);
    // It may have come to be due in the midst of a task that brought many events.
    if (due) this.#dueAt ??= Math.max(Math.min(this.#from, events), Math.min(events, most));
    return due;
  }

  /** Whether it has been put off for so long that who waits for a load takes the one that is running. */
  isOverdue(): boolean {
    return this.#isPast(OVERDUE);
  }

  /** Whether it cannot wait for a load, either, that is running. */
  cutsOff(): boolean {
    return (
      this.#isSpent() && (historyLength() - this.#session.loads.begunAt >= FOR_A_LOAD || this.isUsedUp())
    );
  }

  /** Whether the run has to end now. */
  isUsedUp(): boolean {
    return this.#isPast(USED_UP);
  }

  /** Whether it is due, and nothing that is waited for puts it off. */
  isNext(): boolean {
    return this.#isSpent() || (this.isDue() && this.#session.loads.awaited === 0 && allHandlersFinished());
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
    const { window } = session.hierarchy;
    const stops = (): boolean => !!session.ending || (session.loads.awaited > 0 && !this.#isSpent());
    await this.#tell(hooked);
    if (session.ending) return;
    // A run that continues takes no handler along: those that can end do so first.
    if (!allHandlersFinished()) await allElse();
    if (stops() || !this.isNext()) return;
    window.hold();
    let isOver = false;
    try {
      // What is on its way when a run ends may get lost.
      await condition(() => window.underWay === 0 || stops());
      if (stops() || !this.isNext()) return;
      // What is held stays so: it is carried, and would be sent by both runs.
      isOver = session.size.fits();
      if (isOver) {
        await session.loads.leave();
        await continueAsNew(carryOver(session));
      }
      this.#putOff();
    } finally {
      if (!isOver) window.release();
    }
  }

  #isSpent(): boolean {
    return this.#isPast(SPENT);
  }

  #isPast(part: number): boolean {
    return (
      this.isDue() &&
      // Runs of the first versions kept nothing for ending.
      (historyLength() >= this.#limit(part, 0) ||
        (historyLength() >= this.#limit(part) && has('interruptible')))
    );
  }

  #limit(part: number, forEnding = FOR_ENDING): number {
    const dueAt = this.#dueAt ?? Infinity;
    const most = Math.min(dueAt, MOST_PUT_OFF);
    return dueAt + Math.floor(part * Math.max(most - forEnding, (most * 3) / 4));
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
    const told = hooked(async () => workflow.onContinue?.(), {
      isOverdue: () => this.#isSpent(),
      isUsedUp: () => this.isUsedUp(),
      isAllowed,
    });
    await settledOr(told, () => isLeft);
  }
}
