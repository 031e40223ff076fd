import {
  allHandlersFinished,
  CancellationScope,
  condition,
  ContinueAsNew,
  isCancellation,
  setCurrentDetails,
  TemporalFailure,
} from '@temporalio/workflow';
import { closeAsCancelled } from './close-as-cancelled';
import type { Continuation } from './continuation';
import { CycleHooks, hasHooks } from './cycle-hooks';
import { details } from './details';
import { beginHooks, type HookOptions, type HookRunner, hooksEnd } from './hooks';
import type { Trigger, TriggerName } from './inbox';
import type { Running } from './interruptible';
import type { LoadFault } from './load-fault';
import { LoadRunner } from './load-runner';
import { beganWith, has } from '../base/patches';
import { interval, type RefreshTimes, refreshTimes } from './refresh';
import type { Ending } from '../hierarchy/host';
import type { Session } from './session';
import { allElse, until, untilSo } from './moments';
import { SearchIndex } from './search-index';
import { SourceActivities } from './source-activities';
import { bytesOf, sendable } from './state-size';
import type { StatefulWorkflow } from './stateful-workflow';
import { startWatch } from './watch';

/** How long handlers that have not ended are waited for at the end of the workflow. */
const LAST_WAIT_MS = 20_000;
/** A wait for something to do. */
interface Wait {
  /** `false` when the time has passed. */
  readonly isOver: Promise<boolean | void>;
  end(inTime: boolean | void): void;
}

/** The life of one run: trigger → load → integrate → `execute()` → wait, until it ends or continues as new. */
export class CycleRunner {
  readonly #workflow: StatefulWorkflow;
  readonly #session: Session;
  readonly #times: RefreshTimes;
  readonly #continuation: Continuation;
  readonly #activities: SourceActivities;
  readonly #loads: LoadRunner;
  readonly #searchIndex?: SearchIndex;
  /** Whether it is shown that continue-as-new is due. */
  #showsDue = false;
  /** Whether handlers of the class that do not end are waited for no longer. */
  #isGivenUp = false;
  #isFinishing = false;
  /** Whether a cycle waits for its parts itself. */
  readonly #hasFewTurns = beganWith('fewerTurns');

  constructor(workflow: StatefulWorkflow, session: Session, continuation: Continuation) {
    this.#workflow = workflow;
    this.#session = session;
    this.#times = refreshTimes(session.declaration.refresh);
    this.#continuation = continuation;
    this.#activities = new SourceActivities(session);
    this.#loads = new LoadRunner(workflow, session, this.#activities, this.#times, continuation);
    if (session.declaration.searchAttributes) this.#searchIndex = new SearchIndex(session);
    session.show = () => this.#show();
  }

  /**
   * @returns the root entity, once the workflow has completed
   * @throws CancelledFailure once it was cancelled
   */
  async run(): Promise<unknown> {
    const session = this.#session;
    try {
      while (!session.ending) {
        // Those whose load has ended are answered first: who is left then is waited for.
        if (session.loads.isAnswering && this.#continuation.isDue())
          await condition(() => !session.loads.isAnswering);
        // Awaited here and not in a function of its own: each level that an idle workflow waits in costs it a kilobyte.
        const wait = this.#wait();
        if (wait) wait.end(await wait.isOver);
        // What else was let go in this moment goes on first.
        await DONE;
        if (session.ending) break;
        if (this.#continues()) await this.#continuation.run(this.#runHooks);
        else if (this.#cycles() && !this.#hasFewTurns) await this.#cycle();
        else if (this.#cycles()) {
          // As #cycle does, and waited for here: each asynchronous function takes two promises more.
          const triggers = session.inbox.take();
          const round = this.#loads.isSpared ? undefined : this.#loads.begin(triggers);
          if (round?.over) await round.over;
          const faults = round
            ? (this.#loads.take(round) ?? (await this.#loads.run(triggers, round)))
            : this.#loads.none();
          const hooks = this.#hooksOf(triggers, faults);
          if (hooks?.running?.endOr) await hooks.running.endOr(atOnce);
          if (hooks && !hooks.running) await hooks.run();
          else if (hooks?.running?.isDone === false) this.#ended(hooks, await this.#longEnd(hooks.running));
        }
      }
      return await this.#finish(session.ending);
    } catch (error) {
      if (!this.#isFinishing) await this.#broken(error);
      const isEnd = error instanceof ContinueAsNew || (isCancellation(error) && session.ending);
      // Whether it fails the workflow or its task, the SDK decides; what the task did is forgotten then.
      session.hasFailed = !isEnd;
      throw error;
    }
  }

  /** Ends in good order. @returns the result */
  async #finish(how: Ending): Promise<unknown> {
    this.#isFinishing = true;
    const session = this.#session;
    await this.#end(how);
    const closesCancelled = session.ending === 'cancelled' && has('closesCancelled');
    const settled = (): Promise<void> => this.#settled();
    await (closesCancelled ? closeAsCancelled(settled, session.isCancelRequested) : settled());
    this.#show();
    const result = session.state.data ?? null;
    const isWanted = session.ending === 'completed' || bytesOf(result) <= session.mostBytes;
    return isWanted
      ? sendable('The data of the workflow, which is its result,', result, session.mostBytes)
      : null;
  }

  /** Tells the others of an end by an error. */
  async #broken(error: unknown): Promise<void> {
    // One that escaped from a scope of the user's is a failure like any other.
    if (isCancellation(error) && CancellationScope.current().consideredCancelled)
      await this.#end('cancelled');
    // Any other error fails the task, which is tried again with corrected code: the workflow goes on.
    else if (error instanceof TemporalFailure) await this.#end('failed', error.message);
  }

  #show(): void {
    setCurrentDetails(details(this.#session));
  }

  #continues(): boolean {
    if (this.#continuation.isNext()) return true;
    if (!this.#showsDue && this.#continuation.isDue()) {
      this.#showsDue = true;
      this.#show();
    }
    return false;
  }

  #cycles(): boolean {
    const { paused, inbox, isOutdated } = this.#session;
    return !paused && inbox.size > 0 && !isOutdated;
  }

  /** Begins to wait until there is something to do, if there is nothing: for a trigger, news of a watched source, or time. */
  #wait(): Wait | undefined {
    const session = this.#session;
    const { inbox, paused } = session;
    const times = this.#times;
    const ready = (): boolean => {
      session.checkHandlers();
      session.checkReset();
      return !!session.ending || this.#continues() || this.#cycles() || session.paused !== paused;
    };
    const due = paused ? undefined : nextLoad(session, times);
    session.loads.nextAt = due?.at;
    this.#show();
    if (ready()) return undefined;
    this.#searchIndex?.tell();
    this.#continuation.comesOfAge(due?.at);
    const watched = !paused && times.watch ? session.sources.filter((source) => source.isWatchable) : [];
    const watch = watched.length > 0 ? startWatch(this.#activities, watched, times) : undefined;
    const woken = (): boolean => ready() || !!watch?.hasNews();
    return {
      isOver: due
        ? condition(woken, Math.max(due.at - Date.now(), 1), { summary: due.trigger })
        : untilSo(woken),
      end: (inTime) => {
        watch?.stop();
        if (watch?.arrivals.size) {
          this.#loads.arrivals = watch.arrivals;
          inbox.add('news');
        } else if (due && inTime === false) inbox.add(due.trigger);
      },
    };
  }

  /** While hooks run, who waits for a load gets one: `execute()` sees what it brings in the cycle after this one. */
  async #loadBeside(isOver: () => boolean): Promise<void> {
    const session = this.#session;
    const { inbox, loads, shield } = session;
    const isAsked = (): boolean =>
      loads.awaited > 0 &&
      !session.paused &&
      !session.ending &&
      !session.isOutdated &&
      !this.#continuation.isNext();
    while (!isOver()) {
      // Hooks that do not wait are over when conditions are looked at: the first look comes before that.
      let looks = 0;
      await until(shield, () => isOver() || (looks++ > 0 && isAsked()));
      if (isOver() || !has('interruptible')) return;
      const triggers = new Set(inbox);
      try {
        await this.#loads.run(triggers);
      } catch (error) {
        // The hooks hear of a cancellation themselves.
        if (isCancellation(error)) return;
        throw error;
      }
      for (const trigger of triggers) inbox.add(trigger);
    }
  }

  /** Runs hooks of the class. @returns whether they came to their end */
  readonly #runHooks: HookRunner = async (hooks, options) => {
    const running = beginHooks(this.#session, hooks);
    if (running.endOr) await running.endOr(atOnce);
    return running.isDone || this.#hooksEnd(running, options);
  };

  /** Waits for hooks that take long: meanwhile who asks for a load gets one. @returns whether they came to their end */
  async #hooksEnd(running: Running, options: HookOptions): Promise<boolean> {
    const session = this.#session;
    this.#show();
    let isOver = false;
    const ended = hooksEnd(session, running, options).finally(() => {
      isOver = true;
    });
    const beside = this.#loadBeside(() => isOver);
    const isDone = await Promise.race([ended, beside.then(() => ended)]);
    // Only a load that is under way is waited for.
    if (session.loads.isRunning) await beside;
    session.hooksSince = undefined;
    return isDone;
  }

  /** The same in as many promises as it took before. */
  async #cycle(): Promise<void> {
    const triggers = this.#session.inbox.take();
    const faults = this.#loads.isSpared ? this.#loads.none() : await this.#loads.run(triggers);
    const hooks = this.#hooksOf(triggers, faults);
    if (!hooks) return;
    if (!hooks.running) return hooks.run();
    if (hooks.running.endOr) await hooks.running.endOr(atOnce);
    if (!hooks.running.isDone) this.#ended(hooks, await this.#longEnd(hooks.running));
  }

  /** Begins the hooks of a cycle, once its load is done. @returns nothing where there are none to be waited for */
  #hooksOf(triggers: ReadonlySet<Trigger>, faults: readonly LoadFault[] | undefined): CycleHooks | undefined {
    const session = this.#session;
    if (!faults || session.ending) return undefined;
    if (session.isOutdated) {
      // Hooks that were deployed later may count on what this run never loads: the next one calls them.
      for (const trigger of triggers) session.inbox.add(trigger);
      return undefined;
    }
    const hooks = new CycleHooks(this.#workflow, session, triggers, faults);
    // As #runHooks, without its promise: most hooks wait for nothing.
    if (hasHooks(this.#workflow)) hooks.running = beginHooks(session, hooks.run, hooks.passesOver);
    return hooks;
  }

  /** Waits for hooks of a cycle that take long. @returns whether they came to their end */
  #longEnd(running: Running): Promise<boolean> {
    return this.#hooksEnd(running, {
      isOverdue: () => this.#continuation.cutsOff(),
      isUsedUp: () => this.#continuation.isUsedUp(),
      isAllowed: () => has('interruptedHooks'),
    });
  }

  /** The hooks of a cycle have ended. Where they did not come to their end, the next run takes the cycle up again. */
  #ended(hooks: CycleHooks, isDone: boolean): void {
    if (!isDone && !this.#session.ending) hooks.giveBack();
  }

  /** Ends the hierarchy below, and tells the one above. */
  async #end(how: Ending | 'failed', message?: string): Promise<void> {
    const session = this.#session;
    if (how === 'failed') session.hasFailed = true;
    else session.end(how);
    await session.shield.run(() => session.hierarchy.end(how, message));
  }

  /** Waits for what is under way as the workflow ends. */
  async #settled(): Promise<void> {
    const { sendLimit } = this.#session.hierarchy;
    await condition(() => sendLimit.underWay === 0);
    if (!allHandlersFinished()) await allElse();
    // A handler of the class may wait for what does not come any more: for that one it is waited once.
    if (!allHandlersFinished() && !this.#isGivenUp)
      this.#isGivenUp = !(await condition(allHandlersFinished, LAST_WAIT_MS, { summary: 'handlers' }));
  }
}

/** The SDK takes a stack trace of each promise that is made. */
const DONE = Promise.resolve();

/** Hooks that wait are not waited for beyond the moment. */
const atOnce = (): boolean => true;

/** When the next load is due by itself, and why. */
function nextLoad(
  { loading, loads: { endedAt, quiet } }: Session,
  times: RefreshTimes,
): { at: number; trigger: TriggerName } | undefined {
  const retries = loading.map(({ known }) => known.retryAt ?? Infinity);
  const retryAt = Math.min(...retries);
  // A failing source waits for its back-off; the others keep their interval.
  const anyCurrent =
    loading.length === 0 || loading.some(({ known, isFed }) => !isFed && known.retryAt === undefined);
  const pause = times.watch || !anyCurrent ? undefined : interval(times, quiet);
  const at = Math.min(retryAt, endedAt + (pause ?? Infinity));
  return at < Infinity ? { at, trigger: retryAt === at ? 'retry' : 'interval' } : undefined;
}
