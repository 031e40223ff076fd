import { CancellationScope, condition, isCancellation, log } from '@temporalio/workflow';
import type { WholeResult } from '../contract/load';
import type { ChangeSet } from '../contract/wire';
import { isEmpty, NO_CHANGES } from '../state/change-set';
import { forEach } from '../state/json';
import { keyOf } from '../state/refs';
import { iso } from './iso';
import { faultFrom, type LoadFault } from './load-fault';
import type { RefreshTimes } from './refresh';
import { has } from './patches';
import { isWithin } from './scopes';
import { nothing, type Session } from './session';
import type { SourceActivities } from './source-activities';
import type { SourceState } from './source-state';
import type { Arrival } from './watch';

/** What a user's `loadData` loads with. */
export interface Loader {
  /** Loads every source, in parallel. */
  all(): Promise<void>;
  /**
   * Loads one source and takes in what it gave.
   *
   * @returns what came of it; a failed load does not throw, and a source that failed is left alone until its
   *   back-off is over, unless somebody asked for the load
   * @throws InvalidInputError when there is no source of that name
   */
  source(name: string): Promise<SourceOutcome>;
}

/** What came of loading one source. `fresh`: it was younger than `staleAfter` and not asked. */
export type SourceOutcome = 'unchanged' | 'delta' | 'snapshot' | 'failed' | 'fresh';

/** How one load goes about it. */
export interface LoadOptions extends Pick<RefreshTimes, 'staleAfter' | 'every'> {
  /** Whether somebody asked for this load: then age and back-off do not count, and a refused credential is tried again. */
  readonly demanded: boolean;
  /** Whether it was by `refresh`: then a source's wish to be left alone is tried, too. */
  readonly refreshed: boolean;
  /** The largest part of a source's entities that a sweep may remove. */
  readonly maxDeleteRatio: number;
  /** What a watch has already brought: the load of those sources. */
  readonly arrivals: ReadonlyMap<string, Arrival>;
}

/** Runs the loads of one cycle, takes in what they give and reports faults. */
export interface CycleLoader extends Loader {
  /**
   * Runs the class's `loadData`, until all that it began to load has ended. Where it is the class's own, what it
   * changes by itself counts as loaded, and an activity or a child workflow that fails in it as a load that failed.
   */
  run(loadData: (load: Loader) => Promise<void>): Promise<void>;
  /** The entities that changed: one that several sources changed counts once. */
  readonly touched: ReadonlySet<string>;
  readonly faults: readonly LoadFault[];
}

/** Up to this many entities a sweep may remove them all. */
const MIN_DELETE_COUNT = 10;

export function cycleLoader(
  session: Session,
  activities: SourceActivities,
  { staleAfter, every, demanded, refreshed, maxDeleteRatio, arrivals }: LoadOptions,
): CycleLoader {
  const touched = new Set<string>();
  const faults: LoadFault[] = [];
  const answers: Promise<WholeResult>[] = [];

  const fail = (source: SourceState, fault: LoadFault, wasSent = true): 'failed' => {
    const isOwn = fault.refused === true && has('refusedPasswords');
    source.failed(isOwn ? fault : { ...fault, refused: undefined }, every, wasSent);
    faults.push(fault);
    if (source.known.error?.failures === 1)
      log.warn(`The load of source "${source.name}" failed: ${fault.message}`, { kind: fault.kind });
    return 'failed';
  };

  const touch = ({ upserts, deletes }: ChangeSet): void => {
    forEach(upserts, (name, id) => touched.add(keyOf({ name, id })));
    for (const ref of deletes) touched.add(keyOf(ref));
  };

  /** Takes in a result and its checkpoint in one step: either both are in, or neither. */
  const take = (source: SourceState, result: WholeResult): SourceOutcome => {
    const { name, known } = source;
    const { state } = session;
    const now = Date.now();
    let changes = NO_CHANGES;
    if (result.outcome === 'unchanged') {
      state.view(name).checkedAt = now;
    } else {
      const most = known.acceptsDeletions ? 1 : maxDeleteRatio;
      const options = { now, maxDeleteRatio: most, minDeleteCount: MIN_DELETE_COUNT };
      const taken = session.hierarchy.exchange.load(name, result, options);
      if ('refused' in taken) {
        const { deletes, of } = taken.refused;
        known.refusedSweep = { deletes, of, at: iso(now) };
        return fail(source, {
          source: name,
          kind: 'invalid',
          message: `Source "${name}" no longer lists ${deletes} of ${of} entities, more than maxDeleteRatio (${most}) allows, so nothing of this load was taken in. If they are really gone, send refresh with { acceptDeletions: ["${name}"] }, once.`,
        });
      }
      ({ changes } = taken);
    }
    source.succeeded(result, now, !isEmpty(changes));
    touch(changes);
    session.took(changes);
    return result.outcome;
  };

  /**
   * Takes in a list that has become empty once the other loads have been answered: where one is refused with the same
   * credential, that may be all that the list says.
   */
  const takeEmptied = async (
    source: SourceState,
    result: WholeResult,
    credential: string,
  ): Promise<SourceOutcome> => {
    const scope = CancellationScope.current();
    await Promise.allSettled(answers);
    if (scope.consideredCancelled) await scope.cancelRequested;
    const { name, definition } = source;
    const isRefused = session.sources.some((other) => other !== source && other.known.refused === credential);
    if (!isRefused) return take(source, result);
    // Without the fingerprint: it was not this source that refused it, and another is not to doubt it for that.
    return fail(source, {
      source: name,
      kind: 'unauthorized',
      message: `Source "${name}" (${definition.adapter}): The source gave no record at all, with a credential (fingerprint ${credential}) that another source has just refused, so the empty list is not believed and nothing was removed. Rotate the secret, or send the workflow a new apiToken.`,
    });
  };

  const accept = (source: SourceState, result: WholeResult): SourceOutcome | Promise<SourceOutcome> => {
    const credential = result.outcome === 'unchanged' ? undefined : result.empty;
    return credential !== undefined && has('emptyInDoubt')
      ? takeEmptied(source, result, credential)
      : take(source, result);
  };

  const loadOne = async (name: string): Promise<SourceOutcome> => {
    const source = session.source(name, 'source');
    const arrival = arrivals.get(name);
    if (arrival) return 'fault' in arrival ? fail(source, arrival.fault) : accept(source, arrival.result);
    if (!demanded) {
      const { retryAt = 0, checkedAt = 0, error } = source.known;
      if (Date.now() < retryAt) return 'failed';
      if (staleAfter > 0 && !error && Date.now() - checkedAt < staleAfter) return 'fresh';
    }
    const scope = CancellationScope.current();
    const retryRefused = demanded || source.isRefusalOver;
    try {
      const answer = activities.load(source, { retryRefused, demanded: refreshed });
      answers.push(answer);
      const result = await answer;
      // A result that arrives together with the cancellation is about a source no longer in use.
      if (scope.consideredCancelled) await scope.cancelRequested;
      return await accept(source, result);
    } catch (error) {
      if (isCancellation(error)) throw error;
      return fail(source, faultFrom(name, error), retryRefused);
    }
  };

  let underWay = 0;
  const load = async (name: string): Promise<SourceOutcome> => {
    underWay++;
    try {
      return await loadOne(name);
    } finally {
      underWay--;
    }
  };

  /** Waits for loads that `loadData` did not: a source's next load would overtake its last. */
  const ended = async (): Promise<void> => {
    if (underWay > 0 && has('interruptible')) await condition(() => underWay === 0);
  };

  const loader: CycleLoader = {
    touched,
    faults,
    source: load,
    async all() {
      await Promise.all(session.sources.map(({ name }) => load(name)));
    },
    async run(loadData) {
      const { ownLoad } = session;
      if (!ownLoad) return loadData(loader);
      const scope = CancellationScope.current();
      let hasWritten = false;
      session.hearsOwn = (changes) => {
        if (isEmpty(changes) || !isWithin(scope)) return;
        hasWritten = true;
        touch(changes);
      };
      try {
        await loadData(loader).finally(ended);
        // One that only loads sources has nothing to tell of itself.
        if (hasWritten || session.loading.includes(ownLoad)) ownLoad.ended(Date.now(), hasWritten);
      } catch (error) {
        // One that is not gone on with has not failed.
        if (scope.consideredCancelled) throw error;
        fail(ownLoad, faultFrom(ownLoad.name, error));
      } finally {
        session.hearsOwn = nothing;
      }
    },
  };
  return loader;
}
