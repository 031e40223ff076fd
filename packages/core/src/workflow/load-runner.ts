import { CancellationScope } from '@temporalio/workflow';
import { has } from '../base/patches';
import type { Continuation } from './continuation';
import { CycleLoader } from './cycle-loader';
import type { TriggerName } from './inbox';
import { Interruptible, isOfNoUse } from './interruptible';
import type { LoadFault } from './load-fault';
import type { Loader } from './loader';
import { allElse, until } from './moments';
import type { RefreshTimes } from './refresh';
import { comesOfCancellation } from './scopes';
import { nothing, type Session } from './session';
import type { SourceActivities } from './source-activities';
import type { StatefulWorkflow } from './stateful-workflow';
import type { Arrival } from './watch';

/** Triggers that load whatever the age of the data, and try a refused credential again. */
const DEMANDS: readonly TriggerName[] = ['start', 'refresh', 'apiToken', 'apiUrl', 'resume'];
/** Those of them that ask for a load of what a feed brings, too. */
const INSISTS: readonly TriggerName[] = ['refresh', 'apiToken', 'apiUrl'];
const NO_ARRIVALS: ReadonlyMap<string, Arrival> = new Map();

/** What a class without a `loadData` of its own does. */
const allSources = async (load: Loader): Promise<void> => load.all();

/** Runs the loads of a workflow, one after the other: until each has ended, is begun again, or is cut off with the run. */
export class LoadRunner {
  /** What a watch brought and no load has taken in yet. */
  arrivals = NO_ARRIVALS;
  readonly #workflow: StatefulWorkflow;
  readonly #session: Session;
  readonly #activities: SourceActivities;
  readonly #times: RefreshTimes;
  readonly #continuation: Continuation;
  /** Of all loads until one is cancelled: a scope is kept by the one around it for as long as that lives. */
  #scope?: CancellationScope;

  constructor(
    workflow: StatefulWorkflow,
    session: Session,
    activities: SourceActivities,
    times: RefreshTimes,
    continuation: Continuation,
  ) {
    this.#workflow = workflow;
    this.#session = session;
    this.#activities = activities;
    this.#times = times;
    this.#continuation = continuation;
  }

  /**
   * Loads until a load ran to its end: one that a new token or address overtakes is begun again.
   *
   * @returns why sources failed; nothing when the run ends before a load does
   */
  async run(triggers: Set<TriggerName>): Promise<readonly LoadFault[] | undefined> {
    const session = this.#session;
    const { inbox, loads } = session;
    // What a watch brought may be about a source or token no longer in use.
    if (triggers.has('apiToken') || triggers.has('apiUrl')) this.arrivals = NO_ARRIVALS;
    for (;;) {
      loads.begin();
      const loader = new CycleLoader(session, this.#activities, {
        ...this.#times,
        demanded: DEMANDS.some((trigger) => triggers.has(trigger)),
        insists: INSISTS.some((trigger) => triggers.has(trigger)),
        refreshed: triggers.has('refresh'),
        maxDeleteRatio: session.declaration.maxDeleteRatio ?? 0.5,
        arrivals: this.arrivals,
      });
      this.arrivals = NO_ARRIVALS;
      const superseded = this.#hasLoads && (await this.#load(loader));
      if (session.ending) return undefined;
      if (!superseded) {
        loads.ended(loader.touched.size, loader.faults);
        session.size.loadEnded();
        this.#answerChildren(loader.faults);
        return loader.faults;
      }
      if (this.#continuation.isNext()) {
        loads.left();
        for (const trigger of triggers) inbox.add(trigger);
        return undefined;
      }
      for (const trigger of inbox.take()) triggers.add(trigger);
    }
  }

  /** Who asks whether it is a child hears so from a state that was loaded since, and all of it. */
  #answerChildren(faults: readonly LoadFault[]): void {
    const { hierarchy, inbox, loading } = this.#session;
    const isLoaded = loading.every(
      ({ known: { outcome, error, isInDoubt } }) => outcome && !error && !isInDoubt,
    );
    if (!hierarchy.exchange.askers.isEmpty && faults.length === 0 && isLoaded && !inbox.has('refresh'))
      hierarchy.exchange.loaded();
  }

  /** @returns whether the load was overtaken */
  async #load(loader: CycleLoader): Promise<boolean> {
    const session = this.#session;
    const continuation = this.#continuation;
    const { loads, shield } = session;
    const { loadData = allSources } = session.declaration;
    const known = this.#scope;
    const scope = known?.consideredCancelled === false ? known : new CancellationScope();
    this.#scope = scope;
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
    void until(shield, () => isOver || continuation.cutsOff()).then(() =>
      isOver ? undefined : shield.run(cutOff),
    );
    try {
      const code = (): Promise<void> => loader.run((load) => loadData.call(this.#workflow, load));
      const ended = new Interruptible(code, scope).end({
        shield,
        isOver: () => !!session.ending || (superseded && continuation.cutsOff()),
        isUsedUp: () => continuation.isUsedUp(),
        isAllowed: () => has('interruptible'),
      });
      if (session.sources.some(({ isAwaited }) => isAwaited)) session.show();
      superseded = !(await ended) || superseded;
    } catch (error) {
      if (!superseded || !(session.ending ? isOfNoUse : comesOfCancellation)(error)) throw error;
    } finally {
      isOver = true;
      session.supersede = nothing;
    }
    return superseded;
  }

  /** A child without a source of its own, of which there may be many, is spared the scope of a load. */
  get #hasLoads(): boolean {
    const { sources, declaration } = this.#session;
    return sources.length > 0 || !!declaration.loadData;
  }
}
