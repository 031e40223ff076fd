import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  setCurrentDetails,
  TemporalFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { Continuation } from './continuation';
import { details } from './details';
import type { TriggerName } from './inbox';
import type { LoadFault } from './load-fault';
import { CycleLoader } from './loader';
import { interval, type RefreshTimes } from './refresh';
import type { Ending } from '../hierarchy/parents';
import type { Session } from './session';
import { SourceActivities } from './source-activities';
import type { StatefulWorkflow } from './stateful-workflow';
import { type Arrival, Watch } from './watch';

/** Triggers that load whatever the age of the data, and try a refused credential again. */
const DEMANDS: readonly TriggerName[] = ['start', 'refresh', 'apiToken', 'apiUrl', 'resume'];
/** Triggers after which what a watch brought is about a source or token no longer in use. */
const MOVES: readonly TriggerName[] = ['apiToken', 'apiUrl'];
const NO_ARRIVALS: ReadonlyMap<string, Arrival> = new Map();

/** The life of one run: trigger → load → integrate → `execute()` → wait, until it ends or continues as new. */
export class CycleRunner {
  readonly #workflow: StatefulWorkflow;
  readonly #session: Session;
  readonly #times: RefreshTimes;
  readonly #continuation: Continuation;
  readonly #activities: SourceActivities;
  /** What a watch brought and no cycle has taken in yet. */
  #arrivals = NO_ARRIVALS;

  constructor(workflow: StatefulWorkflow, session: Session, times: RefreshTimes, continuation: Continuation) {
    this.#workflow = workflow;
    this.#session = session;
    this.#times = times;
    this.#continuation = continuation;
    this.#activities = new SourceActivities(session);
  }

  /**
   * @returns the root entity, once a signal told the workflow to end. A workflow cannot close itself as
   *   cancelled: the signal `cancel` closes it as completed, with the status `cancelled`
   */
  async run(): Promise<unknown> {
    const session = this.#session;
    try {
      while (session.ending === undefined) {
        await this.#wait();
        if (session.ending !== undefined) break;
        if (this.#continues) await this.#continuation.run(() => this.#workflow.onContinue?.());
        else if (this.#cycles) await this.#cycle();
      }
    } catch (error) {
      await this.#failed(error);
      throw error;
    }
    await this.#end(session.ending);
    await condition(() => allHandlersFinished() && session.hierarchy.isSettled);
    this.#showDetails();
    return session.state.data ?? null;
  }

  /** Ends the hierarchy below, and tells the one above. */
  async #end(how: Ending | 'failed', message?: string): Promise<void> {
    if (how !== 'failed') this.#session.end(how);
    await CancellationScope.nonCancellable(() => this.#session.hierarchy.end(how, message));
  }

  async #failed(error: unknown): Promise<void> {
    if (isCancellation(error)) await this.#end('cancelled');
    // Any other error fails the task, which is tried again with corrected code: the workflow goes on.
    else if (error instanceof TemporalFailure) await this.#end('failed', error.message);
  }

  get #continues(): boolean {
    return this.#continuation.isDue && this.#session.awaitingLoad === 0;
  }

  get #cycles(): boolean {
    return !this.#session.paused && !this.#session.inbox.isEmpty;
  }

  /** Waits until there is something to do: a trigger, news of a watched source, or time. */
  async #wait(): Promise<void> {
    const session = this.#session;
    const { paused, inbox } = session;
    const ready = (): boolean =>
      session.ending !== undefined || this.#continues || this.#cycles || session.paused !== paused;
    const due = paused ? undefined : this.#nextLoad();
    session.nextLoadAt = due?.at;
    this.#showDetails();
    if (ready()) return;
    const watched =
      paused || !this.#times.watch ? [] : [...session.sources.values()].filter((source) => source.isCurrent);
    const watch = watched.length === 0 ? undefined : new Watch(this.#activities, watched, this.#times);
    const woken = (): boolean => ready() || watch?.hasNews === true;
    let onTime = false;
    if (due === undefined) await condition(woken);
    else onTime = !(await condition(woken, Math.max(due.at - Date.now(), 1), { summary: due.trigger }));
    watch?.stop();
    if (watch !== undefined && watch.arrivals.size > 0) {
      this.#arrivals = watch.arrivals;
      inbox.add('news');
    } else if (onTime && due !== undefined) inbox.add(due.trigger);
  }

  /** When the next load is due by itself, and why. */
  #nextLoad(): { at: number; trigger: TriggerName } | undefined {
    const { sources, loadedAt, quiet } = this.#session;
    const retries = [...sources.values()].map((source) => source.retryAt ?? Infinity);
    const retryAt = Math.min(...retries);
    // A failing source waits for its back-off; the others keep their interval.
    const anyCurrent = retries.length === 0 || retries.includes(Infinity);
    const pause = this.#times.watch || !anyCurrent ? undefined : interval(this.#times, quiet);
    const intervalAt = pause === undefined ? Infinity : loadedAt + pause;
    if (retryAt === Infinity && intervalAt === Infinity) return undefined;
    return retryAt <= intervalAt
      ? { at: retryAt, trigger: 'retry' }
      : { at: intervalAt, trigger: 'interval' };
  }

  async #cycle(): Promise<void> {
    const session = this.#session;
    const triggers = new Set(session.inbox.take());
    const faults = await this.#load(triggers);
    if (session.ending !== undefined) return;
    this.#showDetails();
    for (const fault of faults) {
      const answer = await this.#workflow.onLoadError?.(fault);
      session.sources.get(fault.source)?.tolerate(answer === 'proceed');
    }
    const { pending } = session;
    if (!pending.isEmpty) await this.#workflow.onChange?.(pending.changes);
    if (session.isReady) await this.#workflow.execute({ triggers, changes: pending.take() });
  }

  /** Loads until a load ran to its end: one that a new token or address overtakes is begun again. */
  async #load(triggers: Set<TriggerName>): Promise<readonly LoadFault[]> {
    const session = this.#session;
    let arrivals = MOVES.some((trigger) => triggers.has(trigger)) ? NO_ARRIVALS : this.#arrivals;
    this.#arrivals = NO_ARRIVALS;
    for (;;) {
      session.begun++;
      session.begunAt = workflowInfo().historyLength;
      const demanded = DEMANDS.some((trigger) => triggers.has(trigger));
      const loader = new CycleLoader(session, this.#activities, {
        staleAfter: this.#times.staleAfter,
        demanded,
        maxDeleteRatio: this.#workflow.maxDeleteRatio ?? 0.5,
        arrivals,
        every: this.#times.every,
      });
      const superseded = await this.#runLoad(loader);
      if (session.ending !== undefined) return [];
      if (!superseded) {
        const { changed, faults } = loader.report;
        session.loadEnded(changed, faults);
        session.done = session.begun;
        return faults;
      }
      for (const trigger of session.inbox.take()) triggers.add(trigger);
      arrivals = NO_ARRIVALS;
    }
  }

  /** @returns whether the load was overtaken */
  async #runLoad(loader: CycleLoader): Promise<boolean> {
    const session = this.#session;
    const scope = new CancellationScope();
    let superseded = false;
    session.supersede = () => {
      superseded = true;
      scope.cancel();
    };
    try {
      await scope.run(() => this.#workflow.loadData(loader));
    } catch (error) {
      if (!superseded || !isCancellation(error)) throw error;
    } finally {
      session.supersede = () => {};
    }
    return superseded;
  }

  #showDetails(): void {
    setCurrentDetails(details(this.#session));
  }
}
