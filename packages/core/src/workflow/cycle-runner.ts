import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  setCurrentDetails,
  TemporalFailure,
} from '@temporalio/workflow';
import { closeAsCancelled } from './close-as-cancelled';
import type { ChangeSet } from '../contract/wire';
import type { Continuation } from './continuation';
import { details } from './details';
import { type HookRunner, runHooks } from './hooks';
import type { TriggerName } from './inbox';
import { interruptible, isOfNoUse } from './interruptible';
import type { LoadFault } from './load-fault';
import { type CycleLoader, cycleLoader } from './loader';
import { has } from './patches';
import { interval, type RefreshTimes } from './refresh';
import type { Ending } from '../hierarchy/parents';
import { comesOfCancellation } from './scopes';
import type { Session } from './session';
import { allElse } from './moments';
import { sourceActivities } from './source-activities';
import { bytesOf, sendable } from './state-size';
import { StatefulWorkflow } from './stateful-workflow';
import { type Arrival, startWatch } from './watch';

/** Triggers that load whatever the age of the data, and try a refused credential again. */
const DEMANDS: readonly TriggerName[] = ['start', 'refresh', 'apiToken', 'apiUrl', 'resume'];
/** How long handlers that have not ended are waited for at the end of the workflow. */
const LAST_WAIT_MS = 20_000;
const NO_ARRIVALS: ReadonlyMap<string, Arrival> = new Map();

/**
 * The life of one run: trigger → load → integrate → `execute()` → wait, until it ends or continues as new.
 *
 * @returns the root entity, once the workflow has completed
 * @throws CancelledFailure once it was cancelled
 */
export async function runCycles(
  workflow: StatefulWorkflow,
  session: Session,
  times: RefreshTimes,
  continuation: Continuation,
): Promise<unknown> {
  const { inbox, hierarchy, loads, pending, readOnly } = session;
  const activities = sourceActivities(session);
  /** What a watch brought and no load has taken in yet. */
  let arrivals = NO_ARRIVALS;

  let showsDue = false;

  const showDetails = (): void => setCurrentDetails(details(session));
  const continues = (): boolean => {
    if (continuation.isNext()) return true;
    if (!showsDue && continuation.isDue()) {
      showsDue = true;
      showDetails();
    }
    return false;
  };
  const cycles = (): boolean => !session.paused && inbox.size > 0;
  session.show = showDetails;

  /** Waits until there is something to do: a trigger, news of a watched source, or time. */
  const wait = async (): Promise<void> => {
    // Those whose load has ended are answered first: who is left then is waited for.
    if (loads.isAnswering && continuation.isDue()) await condition(() => !loads.isAnswering);
    const { paused } = session;
    const ready = (): boolean => !!session.ending || continues() || cycles() || session.paused !== paused;
    const due = paused ? undefined : nextLoad(session, times);
    session.nextLoadAt = due?.at;
    showDetails();
    if (ready()) return;
    const watched = !paused && times.watch ? session.sources.filter((source) => source.isCurrent) : [];
    const watch = watched.length > 0 ? startWatch(activities, watched, times) : undefined;
    const woken = (): boolean => ready() || !!watch?.hasNews();
    const inTime = await (due
      ? condition(woken, Math.max(due.at - Date.now(), 1), { summary: due.trigger })
      : condition(woken));
    watch?.stop();
    if (watch?.arrivals.size) {
      ({ arrivals } = watch);
      inbox.add('news');
    } else if (due && !inTime) inbox.add(due.trigger);
  };

  /** @returns whether the load was overtaken */
  const runLoad = async (loader: CycleLoader): Promise<boolean> => {
    const scope = new CancellationScope();
    let superseded = false;
    session.supersede = () => {
      superseded = true;
      scope.cancel();
    };
    let isOver = false;
    const cutOff = async (): Promise<void> => {
      // What has come together with the end is taken in.
      if (!isOver && has('interruptible')) await allElse();
      // Runs of the first versions let one take its time that the run before had cut off.
      if (!isOver && (loads.cutOffs === 0 || has('interruptible'))) session.supersede();
    };
    // One that takes longer than the history lasts begins again in the next run.
    condition(() => isOver || continuation.cutsOff()).then(cutOff, () => {});
    try {
      const ended = interruptible(() => loader.run((load) => workflow.loadData(load)), {
        scope,
        isOver: () => !!session.ending || (superseded && continuation.cutsOff()),
        isUsedUp: continuation.isUsedUp,
        isAllowed: () => has('interruptible'),
      });
      if (session.sources.some(({ isAwaited }) => isAwaited)) showDetails();
      superseded = !(await ended) || superseded;
    } catch (error) {
      if (!superseded || !(session.ending ? isOfNoUse : comesOfCancellation)(error)) throw error;
    } finally {
      isOver = true;
      session.supersede = () => {};
    }
    return superseded;
  };

  /** A child without a source of its own, of which there may be many, is spared the scope of a load. */
  const hasLoads = (): boolean =>
    session.sources.length > 0 || workflow.loadData !== StatefulWorkflow.prototype.loadData;

  /**
   * Loads until a load ran to its end: one that a new token or address overtakes is begun again.
   *
   * @returns why sources failed; nothing when the run ends before a load does
   */
  const load = async (triggers: Set<TriggerName>): Promise<readonly LoadFault[] | undefined> => {
    // What a watch brought may be about a source or token no longer in use.
    if (triggers.has('apiToken') || triggers.has('apiUrl')) arrivals = NO_ARRIVALS;
    for (;;) {
      loads.begin();
      const loader = cycleLoader(session, activities, {
        ...times,
        demanded: DEMANDS.some((trigger) => triggers.has(trigger)),
        refreshed: triggers.has('refresh'),
        maxDeleteRatio: workflow.maxDeleteRatio ?? 0.5,
        arrivals,
      });
      arrivals = NO_ARRIVALS;
      const superseded = hasLoads() && (await runLoad(loader));
      if (session.ending) return undefined;
      if (!superseded) {
        session.loadEnded(loader.touched.size, loader.faults);
        return loader.faults;
      }
      if (continuation.isNext()) {
        loads.end('left');
        for (const trigger of triggers) inbox.add(trigger);
        return undefined;
      }
      for (const trigger of inbox.take()) triggers.add(trigger);
    }
  };

  /** While hooks run, who waits for a load gets one: `execute()` sees what it brings in the cycle after this one. */
  const loadBeside = async (isOver: () => boolean): Promise<void> => {
    const isAsked = (): boolean =>
      loads.awaited > 0 && !session.paused && !session.ending && !continuation.isNext();
    while (!isOver()) {
      // Hooks that do not wait are over when conditions are looked at: the first look comes before that.
      let looks = 0;
      await CancellationScope.nonCancellable(() => condition(() => isOver() || (looks++ > 0 && isAsked())));
      if (isOver() || !has('interruptible')) return;
      const triggers = new Set(inbox);
      try {
        await load(triggers);
      } catch (error) {
        // The hooks hear of a cancellation themselves.
        if (isCancellation(error)) return;
        throw error;
      }
      for (const trigger of triggers) inbox.add(trigger);
    }
  };

  /** Runs hooks of the class, which may take long. @returns whether they came to their end */
  const runBesideLoads: HookRunner = async (hooks, options) => {
    let isOver = false;
    session.hooksSince = Date.now();
    showDetails();
    const hooked = runHooks(session, options, hooks).finally(() => {
      isOver = true;
    });
    const beside = loadBeside(() => isOver);
    const isDone = await Promise.race([hooked, beside.then(() => hooked)]);
    // Only a load that is under way is waited for.
    if (loads.isRunning) await beside;
    session.hooksSince = undefined;
    return isDone;
  };

  /** A class that has nothing to do in a cycle is spared the scope of hooks. */
  const hasHooks = (): boolean =>
    workflow.execute !== StatefulWorkflow.prototype.execute || !!(workflow.onChange ?? workflow.onLoadError);

  const cycle = async (): Promise<void> => {
    const triggers = inbox.take();
    const faults = await load(triggers);
    if (!faults || session.ending) return;
    let handed: ChangeSet | undefined;
    const hears = workflow.onChange && ((changes: ChangeSet) => workflow.onChange?.(readOnly.of(changes)));
    const hooks = async (): Promise<void> => {
      for (const fault of faults) {
        const answer = await workflow.onLoadError?.(fault);
        const source = session.loading.find(({ name }) => name === fault.source);
        if (source) source.known.tolerated = answer === 'proceed';
      }
      await pending.tell(hears);
      if (!session.isReady) return;
      handed = pending.take();
      await workflow.execute({ triggers, changes: readOnly.of(handed) });
    };
    if (!hasHooks()) return hooks();
    const isDone = await runBesideLoads(hooks, {
      isOverdue: continuation.cutsOff,
      isUsedUp: continuation.isUsedUp,
      isAllowed: () => has('interruptedHooks'),
    });
    if (isDone || session.ending) return;
    // The next run takes the cycle up again.
    for (const trigger of triggers) inbox.add(trigger);
    if (handed) pending.giveBack(handed);
  };

  /** Ends the hierarchy below, and tells the one above. */
  const end = async (how: Ending | 'failed', message?: string): Promise<void> => {
    if (how === 'failed') session.hasFailed = true;
    else session.end(how);
    await CancellationScope.nonCancellable(() => hierarchy.end(how, message));
  };

  let isGivenUp = false;
  /** Waits for what is under way as the workflow ends. */
  const settled = async (): Promise<void> => {
    await condition(() => hierarchy.window.underWay === 0);
    if (!allHandlersFinished()) await allElse();
    // A handler of the class may wait for what does not come any more: for that one it is waited once.
    if (!allHandlersFinished() && !isGivenUp)
      isGivenUp = !(await condition(allHandlersFinished, LAST_WAIT_MS, { summary: 'handlers' }));
  };

  try {
    while (!session.ending) {
      await wait();
      if (session.ending) break;
      if (continues()) await continuation.run(runBesideLoads);
      else if (cycles()) await cycle();
    }
  } catch (error) {
    // One that escaped from a scope of the user's is a failure like any other.
    if (isCancellation(error) && CancellationScope.current().consideredCancelled) await end('cancelled');
    // Any other error fails the task, which is tried again with corrected code: the workflow goes on.
    else if (error instanceof TemporalFailure) await end('failed', error.message);
    throw error;
  }
  await end(session.ending);
  const closesCancelled = session.ending === 'cancelled' && has('closesCancelled');
  await (closesCancelled ? closeAsCancelled(settled, session.isCancelRequested) : settled());
  showDetails();
  const result = session.state.data ?? null;
  const isWanted = session.ending === 'completed' || bytesOf(result) <= session.mostBytes;
  return isWanted
    ? sendable('The data of the workflow, which is its result,', result, session.mostBytes)
    : null;
}

/** When the next load is due by itself, and why. */
function nextLoad(
  { loading, loadedAt, quiet }: Session,
  times: RefreshTimes,
): { at: number; trigger: TriggerName } | undefined {
  const retries = loading.map(({ known }) => known.retryAt ?? Infinity);
  const retryAt = Math.min(...retries);
  // A failing source waits for its back-off; the others keep their interval.
  const anyCurrent = retries.length === 0 || retries.includes(Infinity);
  const pause = times.watch || !anyCurrent ? undefined : interval(times, quiet);
  const at = Math.min(retryAt, loadedAt + (pause ?? Infinity));
  return at < Infinity ? { at, trigger: retryAt === at ? 'retry' : 'interval' } : undefined;
}
