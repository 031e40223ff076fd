import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  setCurrentDetails,
  TemporalFailure,
} from '@temporalio/workflow';
import type { Continuation } from './continuation';
import { details } from './details';
import type { TriggerName } from './inbox';
import type { LoadFault } from './load-fault';
import { cycleLoader, type Loader } from './loader';
import { interval, type RefreshTimes } from './refresh';
import type { Ending } from '../hierarchy/parents';
import type { Session } from './session';
import { allElse } from './moments';
import { sourceActivities } from './source-activities';
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
 * @returns the root entity, once a signal told the workflow to end. A workflow cannot close itself as
 *   cancelled: the signal `cancel` closes it as completed, with the status `cancelled`
 */
export async function runCycles(
  workflow: StatefulWorkflow,
  session: Session,
  times: RefreshTimes,
  continuation: Continuation,
): Promise<unknown> {
  const { inbox, hierarchy, loads, pending } = session;
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
  const runLoad = async (loader: Loader): Promise<boolean> => {
    const scope = new CancellationScope();
    let superseded = false;
    session.supersede = () => {
      superseded = true;
      scope.cancel();
    };
    let isOver = false;
    const cutOff = (): void => {
      if (!isOver) session.supersede();
    };
    // One that takes longer than the history lasts begins again in the next run; that one may then take its time.
    if (!session.wasCutOff) condition(() => isOver || continuation.cutsOff()).then(cutOff, () => {});
    try {
      await scope.run(() => workflow.loadData(loader));
    } catch (error) {
      if (!superseded || !isCancellation(error)) throw error;
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
        session.wasCutOff = true;
        for (const trigger of triggers) inbox.add(trigger);
        return undefined;
      }
      for (const trigger of inbox.take()) triggers.add(trigger);
    }
  };

  const cycle = async (): Promise<void> => {
    const triggers = inbox.take();
    const faults = await load(triggers);
    if (!faults || session.ending) return;
    showDetails();
    for (const fault of faults) {
      const answer = await workflow.onLoadError?.(fault);
      const source = session.sources.find(({ name }) => name === fault.source);
      if (source) source.known.tolerated = answer === 'proceed';
    }
    await pending.tell(workflow.onChange?.bind(workflow));
    if (session.isReady) await workflow.execute({ triggers, changes: pending.take() });
  };

  /** Ends the hierarchy below, and tells the one above. */
  const end = async (how: Ending | 'failed', message?: string): Promise<void> => {
    if (how !== 'failed') session.end(how);
    await CancellationScope.nonCancellable(() => hierarchy.end(how, message));
  };

  try {
    while (!session.ending) {
      await wait();
      if (session.ending) break;
      if (continues()) await continuation.run();
      else if (cycles()) await cycle();
    }
  } catch (error) {
    if (isCancellation(error)) await end('cancelled');
    // Any other error fails the task, which is tried again with corrected code: the workflow goes on.
    else if (error instanceof TemporalFailure) await end('failed', error.message);
    throw error;
  }
  await end(session.ending);
  await condition(() => hierarchy.window.underWay === 0);
  if (!allHandlersFinished()) await allElse();
  // A handler of the class may wait for what does not come any more.
  if (!allHandlersFinished()) await condition(allHandlersFinished, LAST_WAIT_MS, { summary: 'handlers' });
  showDetails();
  return session.state.data ?? null;
}

/** When the next load is due by itself, and why. */
function nextLoad(
  { sources, loadedAt, quiet }: Session,
  times: RefreshTimes,
): { at: number; trigger: TriggerName } | undefined {
  const retries = sources.map(({ known }) => known.retryAt ?? Infinity);
  const retryAt = Math.min(...retries);
  // A failing source waits for its back-off; the others keep their interval.
  const anyCurrent = retries.length === 0 || retries.includes(Infinity);
  const pause = times.watch || !anyCurrent ? undefined : interval(times, quiet);
  const at = Math.min(retryAt, loadedAt + (pause ?? Infinity));
  return at < Infinity ? { at, trigger: retryAt === at ? 'retry' : 'interval' } : undefined;
}
