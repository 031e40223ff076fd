import { CancellationScope, condition, isCancellation, log } from '@temporalio/workflow';
import type { Position } from '../contract/delivery';
import type { WholeResult } from '../contract/load';
import type { ChangeSet } from '../contract/wire';
import { isEmpty, NO_CHANGES } from '../state/change-set';
import { forEach } from '../state/json';
import { keyOf } from '../state/refs';
import { iso } from '../base/iso';
import { isDoubtful, positionOf } from './deliveries';
import { faultFrom, type LoadFault } from './load-fault';
import type { Loader, SourceOutcome } from './loader';
import type { RefreshTimes } from './refresh';
import { beganWith, has } from '../base/patches';
import { isWithin } from './scopes';
import { nothing, type Session } from './session';
import type { LoadManner, SourceActivities } from './source-activities';
import type { SourceState } from './source-state';
import type { Arrival } from './watch';

/** How one load goes about it. */
export interface LoadOptions extends Pick<RefreshTimes, 'staleAfter' | 'every'> {
  /** Whether somebody asked for this load: then age and back-off do not count, and a refused credential is tried again. */
  readonly demanded: boolean;
  /** Whether it is for what a feed brings, too: not for a start or a resumption. */
  readonly insists: boolean;
  /** Whether it was by `refresh`: then a source's wish to be left alone is tried, too. */
  readonly refreshed: boolean;
  /** The sources that `refresh` asked for by name: each is loaded as by one of all. */
  readonly named: ReadonlySet<string>;
  /** Whether others are loaded as well: not where nothing but sources that were named is asked for. */
  readonly isWhole: boolean;
  /** The largest part of a source's entities that a sweep may remove. */
  readonly maxDeleteRatio: number;
  /** What a watch has already brought: the load of those sources. */
  readonly arrivals: ReadonlyMap<string, Arrival>;
}

/** Up to this many entities a sweep may remove them all. */
const MIN_DELETE_COUNT = 10;

/** Runs the loads of one cycle, takes in what they give and reports faults. */
export class CycleLoader implements Loader {
  /** The entities that changed: one that several sources changed counts once. */
  readonly touched = new Set<string>();
  readonly faults: LoadFault[] = [];
  readonly #session: Session;
  readonly #activities: SourceActivities;
  readonly #options: LoadOptions;
  readonly #answers: Promise<unknown>[] = [];
  #underWay = 0;
  /** A load takes as many turns as it did when the run began: the order of commands may depend on them. */
  readonly #isLean = beganWith('leanWaits');
  readonly #hasFewTurns = beganWith('fewerTurns');

  constructor(session: Session, activities: SourceActivities, options: LoadOptions) {
    this.#session = session;
    this.#activities = activities;
    this.#options = options;
  }

  // No methods: a class may take them out of the loader that it is given.
  readonly all = async (): Promise<void> => {
    await Promise.all(this.#session.sources.map(({ name }) => this.source(name)));
  };

  readonly source = (name: string): Promise<SourceOutcome> =>
    this.#session.ownLoad || !this.#isLean
      ? this.#counted(name)
      : this.#hasFewTurns
        ? this.#loadNow(name)
        : this.#load(name);

  async #counted(name: string): Promise<SourceOutcome> {
    this.#underWay++;
    try {
      return await this.#load(name);
    } finally {
      this.#underWay--;
    }
  }

  /**
   * Runs the class's `loadData`, until all that it began to load has ended. Where it is the class's own, what it
   * changes by itself counts as loaded, and an activity or a child workflow that fails in it as a load that failed.
   */
  run(loadData: (load: Loader) => Promise<void>): Promise<void> {
    const { ownLoad } = this.#session;
    return ownLoad ? this.#runOwn(loadData, ownLoad) : loadData(this);
  }

  async #runOwn(loadData: (load: Loader) => Promise<void>, ownLoad: SourceState): Promise<void> {
    const session = this.#session;
    const scope = CancellationScope.current();
    let hasWritten = false;
    session.hearsOwn = (changes) => {
      if (isEmpty(changes) || !isWithin(scope)) return;
      hasWritten = true;
      this.#touch(changes);
    };
    try {
      await loadData(this).finally(() => this.#ended());
      // One that only loads sources has nothing to tell of itself.
      if (hasWritten || session.loading.includes(ownLoad)) ownLoad.ended(Date.now(), hasWritten);
    } catch (error) {
      // One that is not gone on with has not failed.
      if (scope.consideredCancelled) throw error;
      this.#fail(ownLoad, faultFrom(ownLoad.name, error));
    } finally {
      session.hearsOwn = nothing;
    }
  }

  /** The same as {@link #load} with the promise of the answer alone. */
  #loadNow(name: string): Promise<SourceOutcome> {
    try {
      const source = this.#session.source(name, 'source');
      const { outcome, retryRefused, demanded } = this.#before(source);
      if (outcome !== undefined) return Promise.resolve(outcome);
      const scope = CancellationScope.current();
      const failed = (error: unknown): SourceOutcome => {
        if (isCancellation(error)) throw error;
        return this.#fail(source, faultFrom(name, error), retryRefused);
      };
      const take = (result: WholeResult): SourceOutcome | Promise<SourceOutcome> => {
        // A result that arrives together with the cancellation is about a source no longer in use.
        if (scope.consideredCancelled) return scope.cancelRequested;
        const accepted = this.#accept(source, result);
        return typeof accepted === 'string' ? accepted : accepted.catch(failed);
      };
      const { answer, taken } = this.#activities.loadThen(source, { retryRefused, demanded }, take, failed);
      this.#answers.push(answer);
      return taken;
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #load(name: string): Promise<SourceOutcome> {
    const source = this.#session.source(name, 'source');
    const { outcome, retryRefused, demanded } = this.#before(source);
    if (outcome !== undefined) return outcome;
    const scope = CancellationScope.current();
    try {
      const answer = this.#activities.load(source, { retryRefused, demanded });
      this.#answers.push(answer);
      const result = await answer;
      // A result that arrives together with the cancellation is about a source no longer in use.
      if (scope.consideredCancelled) await scope.cancelRequested;
      const accepted = this.#accept(source, result);
      return this.#isLean && typeof accepted === 'string' ? accepted : await accepted;
    } catch (error) {
      if (isCancellation(error)) throw error;
      return this.#fail(source, faultFrom(name, error), retryRefused);
    }
  }

  /** What is to be known of a source before it is asked: what has come of it already, or how it is asked. */
  #before(source: SourceState): LoadManner & { readonly outcome?: SourceOutcome | Promise<SourceOutcome> } {
    const { name } = source;
    const { arrivals, named } = this.#options;
    const isNamed = named.has(name);
    const demanded = this.#options.demanded || isNamed;
    const insists = this.#options.insists || isNamed;
    const manner: LoadManner = {
      retryRefused: demanded || source.isRefusalOver,
      demanded: this.#options.refreshed || isNamed,
    };
    const delivered = this.#takeDelivery(source);
    if (delivered && !insists) return { ...manner, outcome: delivered };
    const arrival = arrivals.get(name);
    if (arrival)
      return {
        ...manner,
        outcome:
          'fault' in arrival ? this.#fail(source, arrival.fault) : this.#accept(source, arrival.result),
      };
    const isAsked = source.isFed ? insists : demanded;
    return isAsked ? manner : { ...manner, outcome: this.#left(source) };
  }

  /** What comes of a source that is not asked: nothing of one that nobody demands, and that is not due. */
  #left(source: SourceState): SourceOutcome | undefined {
    const { staleAfter, isWhole } = this.#options;
    const { retryAt = 0, checkedAt = 0, error, isInDoubt } = source.known;
    if (Date.now() < retryAt) return 'failed';
    const unasked = error ? 'failed' : 'fresh';
    if (!isWhole && checkedAt > 0 && !isInDoubt) return unasked;
    if (source.isLeftToFeed) return unasked;
    const isFresh = staleAfter > 0 && !error && !isInDoubt && Date.now() - checkedAt < staleAfter;
    return isFresh ? 'fresh' : undefined;
  }

  #accept(source: SourceState, result: WholeResult): SourceOutcome | Promise<SourceOutcome> {
    const credential = result.outcome === 'unchanged' ? undefined : result.empty;
    return credential !== undefined && has('emptyInDoubt')
      ? this.#takeEmptied(source, result, credential)
      : this.#take(source, result);
  }

  /**
   * Takes in what a feed delivered.
   *
   * @returns nothing where nothing was delivered, or the source is to be asked as well
   */
  #takeDelivery(source: SourceState): SourceOutcome | undefined {
    const { name, known } = source;
    const delivery = this.#session.deliveries.take(name);
    if (!delivery) return undefined;
    const { entities = {}, digest, gone, feed } = delivery;
    known.fed = positionOf(delivery);
    if (gone)
      return this.#fail(source, {
        source: name,
        kind: 'gone',
        message: `Feed ${feed}: the source has the entity no more. What it gave last stays.`,
      });
    if (digest !== undefined && digest === known.checkpoint?.digest)
      return this.#take(source, { outcome: 'unchanged' }, known.fed);
    if (!isDoubtful(delivery, known.lookedAt)) {
      const checkpoint = { identified: true as const, ...(digest !== undefined && { digest }) };
      return this.#take(source, { outcome: 'snapshot', entities, complete: true, checkpoint }, known.fed);
    }
    known.isInDoubt = true;
    return undefined;
  }

  /** Takes in a result and its checkpoint in one step: either both are in, or neither. */
  #take(source: SourceState, result: WholeResult, delivered?: Position): SourceOutcome {
    const { name, known } = source;
    const session = this.#session;
    const now = Date.now();
    let changes = NO_CHANGES;
    if (result.outcome === 'unchanged') {
      session.state.view(name).checkedAt = now;
    } else {
      const most = known.acceptsDeletions ? 1 : this.#options.maxDeleteRatio;
      const options = { now, maxDeleteRatio: most, minDeleteCount: MIN_DELETE_COUNT };
      const taken = session.hierarchy.exchange.load(name, result, options);
      if ('refused' in taken) {
        const { deletes, of } = taken.refused;
        known.refusedSweep = { deletes, of, at: iso(now) };
        return this.#fail(source, {
          source: name,
          kind: 'invalid',
          message: `Source "${name}" no longer lists ${deletes} of ${of} entities, more than maxDeleteRatio (${most}) allows, so nothing of this load was taken in. If they are really gone, send refresh with { acceptDeletions: ["${name}"] }, once.`,
        });
      }
      ({ changes } = taken);
    }
    source.succeeded(result, now, !isEmpty(changes), delivered);
    this.#touch(changes);
    session.took(changes);
    return result.outcome;
  }

  /**
   * Takes in a list that has become empty once the other loads have been answered: where one is refused with the same
   * credential, that may be all that the list says.
   */
  async #takeEmptied(source: SourceState, result: WholeResult, credential: string): Promise<SourceOutcome> {
    const scope = CancellationScope.current();
    await Promise.allSettled(this.#answers);
    if (scope.consideredCancelled) await scope.cancelRequested;
    const { name, definition } = source;
    const others = this.#session.sources.filter((other) => other !== source);
    if (!others.some(({ known }) => known.refused === credential)) return this.#take(source, result);
    // Without the fingerprint: it was not this source that refused it, and another is not to doubt it for that.
    return this.#fail(source, {
      source: name,
      kind: 'unauthorized',
      message: `Source "${name}" (${definition.adapter}): The source gave no record at all, with a credential (fingerprint ${credential}) that another source has just refused, so the empty list is not believed and nothing was removed. Rotate the secret, or send the workflow a new apiToken.`,
    });
  }

  #fail(source: SourceState, fault: LoadFault, wasSent = true): 'failed' {
    const isOwn = fault.refused === true && has('refusedPasswords');
    source.failed(isOwn ? fault : { ...fault, refused: undefined }, this.#options.every, wasSent);
    if (source.isFed && fault.kind === 'gone') source.known.isInDoubt = undefined;
    // Whether it is there again, the feed will say.
    if (source.isLeftToFeed) source.known.retryAt = undefined;
    this.faults.push(fault);
    if (source.known.error?.failures === 1)
      log.warn(`The load of source "${source.name}" failed: ${fault.message}`, { kind: fault.kind });
    return 'failed';
  }

  #touch({ upserts, deletes }: ChangeSet): void {
    forEach(upserts, (name, id) => this.touched.add(keyOf({ name, id })));
    for (const ref of deletes) this.touched.add(keyOf(ref));
  }

  /** Waits for loads that `loadData` did not: a source's next load would overtake its last. */
  async #ended(): Promise<void> {
    if (this.#underWay > 0 && has('interruptible')) await condition(() => this.#underWay === 0);
  }
}
