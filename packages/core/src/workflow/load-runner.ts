import type { CancellationScope } from '@temporalio/workflow';
import { beganWith, has } from '../base/patches';
import { runClassCode } from './class-code';
import type { Continuation } from './continuation';
import { CycleLoader } from './cycle-loader';
import { namedIn, type Trigger } from './inbox';
import { isOfNoUse, type Running } from './interruptible';
import type { LoadFault } from './load-fault';
import type { Loader } from './loader';
import { allElse, until } from './moments';
import type { RefreshTimes } from './refresh';
import { comesOfCancellation, newScope } from './scopes';
import { nothing, type Session } from './session';
import type { SourceActivities } from './source-activities';
import type { StatefulWorkflow } from './stateful-workflow';
import type { Arrival } from './watch';

/** Triggers that load whatever the age of the data, and try a refused credential again. */
const DEMANDS: readonly Trigger[] = ['start', 'refresh', 'apiToken', 'apiUrl', 'resume'];
/** Those of them that ask for a load of what a feed brings, too. */
const INSISTS: readonly Trigger[] = ['refresh', 'apiToken', 'apiUrl'];
const NO_ARRIVALS: ReadonlyMap<string, Arrival> = new Map();

/** What a class without a `loadData` of its own does. */
const allSources = (load: Loader): Promise<void> => load.all();
/** The same, in as many turns as it took before. */
const formerAllSources = async (load: Loader): Promise<void> => load.all();

/** A load that has begun. */
interface Load {
  readonly running: Running;
  /** Whether the run cannot wait for it any longer. */
  readonly isOver: () => boolean;
  /** Nobody waits for it any more. @returns whether it was overtaken */
  readonly left: () => boolean;
}

/** A load of all sources, or of some, that a cycle waits for. */
export interface Round {
  readonly loader: CycleLoader;
  /** Whether all sources are loaded, and not some that were named. */
  readonly isWhole: boolean;
  readonly load?: Load;
  /** Ends with the load, or when the run cannot wait for it any longer; absent where there is nothing to wait for. */
  readonly over?: Promise<void>;
}

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

  /** Whether there is nothing to load: a child without a source of its own, of which there may be many, is spared the scope of a load. */
  get isSpared(): boolean {
    return !this.#hasLoads && beganWith('leanWaits');
  }

  /** Has been a load of nothing, where it {@link isSpared}. */
  none(): readonly LoadFault[] {
    const { loads, size } = this.#session;
    this.arrivals = NO_ARRIVALS;
    loads.begin();
    loads.ended(0, []);
    size.loadEnded();
    this.#answerChildren([]);
    return [];
  }

  /** Begins a load. Once it is {@link Round.over}, {@link take} says what came of it, or else {@link run} does. */
  begin(triggers: Set<Trigger>): Round {
    const session = this.#session;
    // What a watch brought may be about a source or token no longer in use.
    if (triggers.has('apiToken') || triggers.has('apiUrl')) this.arrivals = NO_ARRIVALS;
    const named = namedIn(triggers);
    // Before a continue-as-new that is overdue, one load has to do for all who wait.
    if (named.size > 0 && this.#continuation.isOverdue()) triggers.add('refresh');
    const isWhole = named.size < triggers.size;
    session.loads.begin(isWhole);
    const loader = new CycleLoader(session, this.#activities, {
      ...this.#times,
      demanded: DEMANDS.some((trigger) => triggers.has(trigger)),
      insists: INSISTS.some((trigger) => triggers.has(trigger)),
      refreshed: triggers.has('refresh'),
      named,
      isWhole,
      maxDeleteRatio: session.declaration.maxDeleteRatio ?? 0.5,
      arrivals: this.arrivals,
    });
    this.arrivals = NO_ARRIVALS;
    const load = this.#hasLoads ? this.#begin(loader) : undefined;
    return { loader, isWhole, load, over: load?.running.endOr?.(load.isOver) };
  }

  /** What came of a load that ran to its end, as most do: why sources failed. Nothing of any other, nor as the run ends. */
  take({ loader, isWhole, load }: Round): readonly LoadFault[] | undefined {
    if (this.#session.ending || (load && (!load.running.isDone || load.left()))) return undefined;
    return this.#took(loader, isWhole);
  }

  /**
   * Loads until a load ran to its end: one that a new token or address overtakes is begun again.
   *
   * @param waited a load that was begun, and waited for until it was {@link Round.over}
   * @returns why sources failed; nothing when the run ends before a load does
   */
  async run(triggers: Set<Trigger>, waited?: Round): Promise<readonly LoadFault[] | undefined> {
    const { loads, inbox } = this.#session;
    for (let round = waited ?? this.begin(triggers); ; round = this.begin(triggers)) {
      // Most loads come to their end: then that took one promise.
      if (round !== waited && round.over) await round.over;
      const { loader, isWhole, load } = round;
      const superseded = !!load && (load.running.isDone ? load.left() : await this.#ended(load));
      if (this.#session.ending) return undefined;
      if (!superseded) return this.#took(loader, isWhole);
      if (this.#continuation.isNext()) {
        loads.left();
        for (const trigger of triggers) inbox.add(trigger);
        return undefined;
      }
      for (const trigger of inbox.take()) triggers.add(trigger);
    }
  }

  /** A load ran to its end, and was not overtaken. */
  #took({ touched, faults }: CycleLoader, isWhole: boolean): readonly LoadFault[] {
    const { loads, size } = this.#session;
    loads.ended(touched.size, faults);
    size.loadEnded();
    // One of some sources alone proves nothing of what the others list.
    if (isWhole) this.#answerChildren(faults);
    return faults;
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

  #begin(loader: CycleLoader): Load {
    const session = this.#session;
    const continuation = this.#continuation;
    const { shield } = session;
    const isLean = beganWith('leanWaits');
    const known = this.#scope;
    const scope = known?.consideredCancelled === false ? known : newScope();
    this.#scope = scope;
    let superseded = false;
    session.supersede = () => {
      superseded = true;
      scope.cancel();
    };
    let hasLeft = false;
    let isCutOff = false;
    const cutOff = (): void => {
      if (!hasLeft && !isCutOff) void shield.run(() => this.#cutOff(() => hasLeft));
      isCutOff = true;
    };
    // One that takes longer than the history lasts begins again in the next run.
    if (!isLean) void until(shield, () => hasLeft || continuation.cutsOff()).then(cutOff);
    const cutsOff = (): boolean => {
      if (!continuation.cutsOff()) return false;
      if (isLean) cutOff();
      return superseded;
    };
    const running = runClassCode(this.#codeOf(loader, isLean), scope);
    if (session.sources.some(({ isAwaited }) => isAwaited)) session.show();
    return {
      running,
      isOver: () => !!session.ending || cutsOff(),
      left: () => {
        hasLeft = true;
        session.supersede = nothing;
        return superseded;
      },
    };
  }

  /** What loads. Where the class has no `loadData` and one source, that is its load. */
  #codeOf(loader: CycleLoader, isLean: boolean): () => Promise<unknown> {
    const { sources, ownLoad, declaration } = this.#session;
    const [source, second] = sources;
    if (isLean && !declaration.loadData && source && !second) return () => loader.source(source.name);
    const { loadData = isLean ? allSources : formerAllSources } = declaration;
    const loads = (): Promise<void> => loader.run((load) => loadData.call(this.#workflow, load));
    return isLean || ownLoad ? loads : async () => loads();
  }

  /** Waits for a load to end. @returns whether it was overtaken */
  async #ended({ running, isOver, left }: Load): Promise<boolean> {
    const session = this.#session;
    const continuation = this.#continuation;
    let isDone = false;
    try {
      isDone = await running.end({
        shield: session.shield,
        isOver,
        isUsedUp: () => continuation.isUsedUp(),
        isAllowed: () => has('interruptible'),
      });
    } catch (error) {
      if (!left() || !(session.ending ? isOfNoUse : comesOfCancellation)(error)) throw error;
    }
    return left() || !isDone;
  }

  /** Cuts off the load that is running, unless it ends in this moment: what has come together with the end is taken in. */
  async #cutOff(isOver: () => boolean): Promise<void> {
    const { loads, supersede } = this.#session;
    if (has('interruptible')) await allElse();
    // Runs of the first versions let one take its time that the run before had cut off.
    if (!isOver() && (loads.cutOffs === 0 || has('interruptible'))) supersede();
  }

  get #hasLoads(): boolean {
    const { sources, declaration } = this.#session;
    return sources.length > 0 || !!declaration.loadData;
  }
}
