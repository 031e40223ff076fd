import {
  ActivityCancellationType,
  CancellationScope,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow';
import type { LoadRequest, LoadResult } from '../contract/load';
import { reachableSchema } from '../contract/schema';
import { InvalidInputError } from '../contract/errors';
import { NO_CHANGES, sizeOf } from '../state/change-set';
import type { ChangeSet } from '../contract/wire';
import { type LoadFault, faultFrom } from './load-fault';
import type { Session } from './session';
import type { SourceState } from './source-state';

/** What a user's `loadData` loads with. */
export interface Loader {
  /** Loads every source, in parallel. */
  all(): Promise<void>;
  /**
   * Loads one source and takes in what it gave.
   *
   * @returns what came of it; a failed load does not throw
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
  /** Whether a credential that was refused may be tried again. */
  readonly retryRefused: boolean;
  /** The largest part of a source's entities that a sweep may remove. */
  readonly maxDeleteRatio: number;
}

/** Up to this many entities a sweep may remove them all. */
const MIN_DELETE_COUNT = 10;

/** Runs the loads of one cycle: schedules the activities, takes in results and reports faults. */
export class CycleLoader implements Loader {
  readonly report: LoadReport = { changed: 0, faults: [] };
  readonly #session: Session;
  readonly #options: LoadOptions;

  constructor(session: Session, options: LoadOptions) {
    this.#session = session;
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
    if (
      this.#options.staleAfter > 0 &&
      source.error === undefined &&
      Date.now() - source.checkedAt < this.#options.staleAfter
    )
      return 'fresh';
    const scope = CancellationScope.current();
    try {
      const result = await this.#activity(source)(this.#request(source));
      // A result that arrives together with the cancellation is about a source no longer in use.
      if (scope.consideredCancelled) await scope.cancelRequested;
      return this.#take(source, result);
    } catch (error) {
      if (isCancellation(error)) throw error;
      return this.#fail(source, faultFrom(name, error));
    }
  }

  #take(source: SourceState, result: LoadResult): SourceOutcome {
    const now = Date.now();
    let changes: ChangeSet = NO_CHANGES;
    if (result.outcome === 'unchanged') {
      this.#session.state.view(source.name).checkedAt = now;
    } else {
      const { maxDeleteRatio } = this.#options;
      const taken = this.#session.state.integrate(source.name, result, {
        now,
        maxDeleteRatio,
        minDeleteCount: MIN_DELETE_COUNT,
      });
      if ('refused' in taken) {
        const { deletes, of } = taken.refused;
        return this.#fail(source, {
          source: source.name,
          kind: 'invalid',
          message: `Source "${source.name}" no longer lists ${deletes} of ${of} entities, more than maxDeleteRatio (${maxDeleteRatio}) allows, so nothing of this load was taken in. If they are really gone, raise maxDeleteRatio.`,
        });
      }
      changes = taken.changes;
    }
    source.succeeded(result.outcome, result.checkpoint, now);
    const { upserted, deleted } = sizeOf(changes);
    this.report.changed += upserted + deleted;
    this.#session.noteChanges(changes);
    return result.outcome;
  }

  #fail(source: SourceState, fault: LoadFault): 'failed' {
    source.failed(fault, Date.now());
    this.report.faults.push(fault);
    return 'failed';
  }

  #request(source: SourceState): LoadRequest {
    const { root, schema, apiUrl, apiToken } = this.#session;
    const { definition, into, checkpoint, name } = source;
    const credential = definition.credential === 'none' ? undefined : (definition.credential ?? apiToken);
    return {
      source: name,
      query: definition.query,
      package: definition.package,
      entity: root,
      schema: reachableSchema(schema, root.name, into),
      ...(into !== undefined && { into }),
      apiUrl: definition.apiUrl ?? apiUrl,
      credential,
      checkpoint,
      ...(!this.#options.retryRefused && source.refused !== undefined && { refused: source.refused }),
    };
  }

  #activity({ definition, name }: SourceState): (request: LoadRequest) => Promise<LoadResult> {
    const activityType = `${definition.adapter}.loadData`;
    const activities = proxyActivities<Record<string, (request: LoadRequest) => Promise<LoadResult>>>({
      startToCloseTimeout: definition.timeout ?? '1 minute',
      scheduleToCloseTimeout: definition.deadline ?? '5 minutes',
      heartbeatTimeout: '10 seconds',
      cancellationType: ActivityCancellationType.TRY_CANCEL,
      retry: {
        initialInterval: '1 second',
        backoffCoefficient: 2,
        maximumInterval: '30 seconds',
        maximumAttempts: definition.maximumAttempts ?? 4,
      },
      summary: `load ${name}`,
      ...(definition.taskQueue !== undefined && { taskQueue: definition.taskQueue }),
    });
    return activities[activityType] as (request: LoadRequest) => Promise<LoadResult>;
  }
}
