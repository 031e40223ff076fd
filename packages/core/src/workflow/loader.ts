import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { InvalidInputError } from '../contract/errors';
import type { WholeResult } from '../contract/load';
import type { ChangeSet } from '../contract/wire';
import { isEmpty, NO_CHANGES } from '../state/change-set';
import { faultFrom, type LoadFault } from './load-fault';
import type { Session } from './session';
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

/** What one load, over all sources, came to. */
export interface LoadReport {
  /** How many entities changed. */
  changed: number;
  readonly faults: LoadFault[];
}

/** How one load goes about it. */
export interface LoadOptions {
  /** Sources younger than this many milliseconds are not asked. */
  readonly staleAfter: number;
  /** Whether somebody asked for this load: then age and back-off do not count, and a refused credential is tried again. */
  readonly demanded: boolean;
  /** The time between loads, in milliseconds, on which the back-off builds. */
  readonly every: number | undefined;
  /** The largest part of a source's entities that a sweep may remove. */
  readonly maxDeleteRatio: number;
  /** What a watch has already brought: the load of those sources. */
  readonly arrivals: ReadonlyMap<string, Arrival>;
}

/** Up to this many entities a sweep may remove them all. */
const MIN_DELETE_COUNT = 10;

/** Runs the loads of one cycle, takes in what they give and reports faults. */
export class CycleLoader implements Loader {
  readonly report: LoadReport = { changed: 0, faults: [] };
  readonly #session: Session;
  readonly #activities: SourceActivities;
  readonly #options: LoadOptions;
  readonly #touched = new Set<string>();

  constructor(session: Session, activities: SourceActivities, options: LoadOptions) {
    this.#session = session;
    this.#activities = activities;
    this.#options = options;
  }

  async all(): Promise<void> {
    await Promise.all([...this.#session.sources.keys()].map((name) => this.source(name)));
  }

  async source(name: string): Promise<SourceOutcome> {
    const source = this.#session.sources.get(name);
    if (source === undefined) {
      const known = [...this.#session.sources.keys()].join(', ') || 'none';
      throw new InvalidInputError(
        'source',
        `there is no source "${name}"`,
        `Use one of those the class declares: ${known}`,
      );
    }
    const arrival = this.#options.arrivals.get(name);
    if (arrival !== undefined)
      return 'fault' in arrival ? this.#fail(source, arrival.fault) : this.#take(source, arrival.result);
    if (!this.#options.demanded) {
      if (Date.now() < (source.retryAt ?? 0)) return 'failed';
      if (this.#isFresh(source)) return 'fresh';
    }
    const scope = CancellationScope.current();
    try {
      const result = await this.#activities.load(source, this.#options.demanded);
      // A result that arrives together with the cancellation is about a source no longer in use.
      if (scope.consideredCancelled) await scope.cancelRequested;
      return this.#take(source, result);
    } catch (error) {
      if (isCancellation(error)) throw error;
      return this.#fail(source, faultFrom(name, error));
    }
  }

  #isFresh(source: SourceState): boolean {
    const { staleAfter } = this.#options;
    return staleAfter > 0 && source.error === undefined && Date.now() - source.checkedAt < staleAfter;
  }

  /** Takes in a result and its checkpoint in one step: either both are in, or neither. */
  #take(source: SourceState, result: WholeResult): SourceOutcome {
    const now = Date.now();
    let changes = NO_CHANGES;
    if (result.outcome === 'unchanged') {
      this.#session.state.view(source.name).checkedAt = now;
    } else {
      const maxDeleteRatio = source.acceptsDeletions ? 1 : this.#options.maxDeleteRatio;
      const taken = this.#session.state.integrate(source.name, result, {
        now,
        maxDeleteRatio,
        minDeleteCount: MIN_DELETE_COUNT,
      });
      if ('refused' in taken) {
        const { deletes, of } = taken.refused;
        source.refusedSweep = { deletes, of, at: new Date(now).toISOString() };
        return this.#fail(source, {
          source: source.name,
          kind: 'invalid',
          message: `Source "${source.name}" no longer lists ${deletes} of ${of} entities, more than maxDeleteRatio (${maxDeleteRatio}) allows, so nothing of this load was taken in. If they are really gone, send refresh with { acceptDeletions: ["${source.name}"] }, once.`,
        });
      }
      changes = taken.changes;
    }
    source.succeeded(result.outcome, result.checkpoint, now, !isEmpty(changes));
    this.#count(changes);
    this.#session.took(changes);
    return result.outcome;
  }

  /** Counts an entity once, however many sources changed it. */
  #count({ upserts, deletes }: ChangeSet): void {
    for (const name of Object.keys(upserts))
      for (const id of Object.keys(upserts[name] ?? {})) this.#touched.add(`${name}:${id}`);
    for (const { name, id } of deletes) this.#touched.add(`${name}:${id}`);
    this.report.changed = this.#touched.size;
  }

  #fail(source: SourceState, fault: LoadFault): 'failed' {
    source.failed(fault, Date.now(), this.#options.every);
    this.report.faults.push(fault);
    return 'failed';
  }
}
