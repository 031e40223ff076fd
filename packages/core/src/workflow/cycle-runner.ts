import {
  allHandlersFinished,
  CancellationScope,
  condition,
  ContinueAsNew,
  isCancellation,
  setCurrentDetails,
  TemporalFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { ChildEnd } from '../contract/hierarchy';
import { closeAsCancelled } from './close-as-cancelled';
import type { Continuation } from './continuation';
import { details } from './details';
import { beginHooks, type HookOptions, type HookRunner, hooksEnd } from './hooks';
import { toldAs, type TriggerName } from './inbox';
import type { Running } from './interruptible';
import { LoadRunner } from './load-runner';
import { beganWith, has } from '../base/patches';
import type { Handed } from './pending-changes';
import { interval, type RefreshTimes, refreshTimes } from './refresh';
import type { Ending } from '../hierarchy/host';
import type { Session } from './session';
import { allElse, until, untilSo } from './moments';
import { SearchIndex } from './search-index';
import { SourceActivities } from './source-activities';
import { beforeIn } from '../state/before';
import { bytesOf, sendable } from './state-size';
import { type Cycle, StatefulWorkflow } from './stateful-workflow';
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
        else if (this.#cycles()) await this.#cycle();
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
    if (running.atOnce) await running.atOnce();
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

  /** A class that has nothing to do in a cycle is spared the scope of hooks. */
  get #hasHooks(): boolean {
    const workflow = this.#workflow;
    return (
      workflow.execute !== StatefulWorkflow.prototype.execute ||
      !!(workflow.onChange ?? workflow.onChildEnded ?? workflow.onLoadError)
    );
  }

  async #cycle(): Promise<void> {
    const session = this.#session;
    const workflow = this.#workflow;
    const { inbox, pending, readOnly } = session;
    const { ends } = session.hierarchy;
    const triggers = inbox.take();
    const faults = this.#loads.isSpared ? this.#loads.none() : await this.#loads.run(triggers);
    if (!faults || session.ending) return;
    if (session.isOutdated) {
      // Hooks that were deployed later may count on what this run never loads: the next one calls them.
      for (const trigger of triggers) inbox.add(trigger);
      return;
    }
    let handed: Handed | undefined;
    let ended: readonly ChildEnd[] = [];
    const told = ({ changes, earlier }: Handed): Pick<Cycle, 'changes' | 'before'> => {
      const before = beforeIn(changes, earlier);
      return { changes: readOnly.of(changes), before: (name, id) => readOnly.of(before(name, id)) };
    };
    const hears = (news: Handed): void | Promise<void> => {
      const { changes, before } = told(news);
      return workflow.onChange?.(changes, before);
    };
    const hooks = async (): Promise<void> => {
      for (const fault of faults) {
        let answer: void | 'proceed' = undefined;
        try {
          answer = await workflow.onLoadError?.(fault);
        } catch (error) {
          this.#passOver(error);
        }
        const source = session.loading.find(({ name }) => name === fault.source);
        if (source) source.known.tolerated = answer === 'proceed';
      }
      try {
        const told = pending.tell(workflow.onChange && hears);
        if (told || !beganWith('leanWaits')) await told;
      } catch (error) {
        this.#passOver(error);
      }
      try {
        if (ends.isDue) await ends.tell((end) => workflow.onChildEnded?.(readOnly.of(end)));
      } catch (error) {
        this.#passOver(error);
      }
      if (!session.isReady) return;
      handed = pending.take();
      ended = ends.take();
      try {
        await workflow.execute({
          triggers: toldAs(triggers),
          ...told(handed),
          endedChildren: readOnly.of(ended),
        });
      } catch (error) {
        this.#passOver(error);
      }
    };
    if (!this.#hasHooks) return hooks();
    // As #runHooks, without its promise: most hooks wait for nothing.
    const running = beginHooks(session, hooks);
    if (running.atOnce) await running.atOnce();
    if (running.isDone) return;
    const isDone = await this.#hooksEnd(running, {
      isOverdue: () => this.#continuation.cutsOff(),
      isUsedUp: () => this.#continuation.isUsedUp(),
      isAllowed: () => has('interruptedHooks'),
    });
    if (isDone || session.ending) return;
    // The next run takes the cycle up again.
    for (const trigger of triggers) inbox.add(trigger);
    if (handed) pending.giveBack(handed);
    ends.giveBack(ended);
  }

  /**
   * Passes over what a hook throws in a replay of what the class did before it was changed: then it came to its end, and
   * the changed one may count on what this run never loads.
   *
   * @throws it otherwise
   */
  #passOver(error: unknown): void {
    const isOther = this.#session.declaration.before && workflowInfo().unsafe.isReplaying;
    if (!isOther || error instanceof TemporalFailure) throw error;
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
