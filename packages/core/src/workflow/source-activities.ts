import { ActivityCancellationType, type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import { LoadError } from '../contract/errors';
import type { LoadRequest, LoadResult, WatchRequest, WholeResult } from '../contract/load';
import { reachableSchema } from '../contract/schema';
import type { RefreshTimes } from './refresh';
import type { Session } from './session';
import type { SourceState } from './source-state';

/** How often a result is begun anew when the source keeps changing between its parts. */
const MAX_RESTARTS = 5;

/** Schedules the activities of a workflow's sources. */
export class SourceActivities {
  readonly #session: Session;
  #watches = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  /**
   * Loads a source.
   *
   * @param retryRefused whether a credential that the source refused may be sent again
   * @throws ActivityFailure, or LoadError for a source that never holds still
   */
  async load(source: SourceState, retryRefused: boolean): Promise<WholeResult> {
    const request = this.#request(source, retryRefused);
    return this.#whole(source, request, await this.#loadData(source, request));
  }

  /** Waits until a source has news. @throws like {@link load} */
  async watch(source: SourceState, times: RefreshTimes): Promise<WholeResult> {
    const { every = 0, max, jitter } = times;
    const { maximumAttempts } = source.limits;
    const request: WatchRequest = {
      ...this.#request(source, false),
      every,
      ...(max > every && { max }),
      jitter,
      maximumAttempts,
    };
    const result = await this.#schedule<WatchRequest>(source, 'waitForChange', {
      // The server tells clients of pending activities by their id: this one names the source.
      activityId: `watch-${source.name}-${++this.#watches}`,
      startToCloseTimeout: source.limits.timeout + every,
      retry: { initialInterval: every, backoffCoefficient: 1 },
      summary: `watch ${source.name}`,
    })(request);
    return this.#whole(source, request, result);
  }

  async #loadData(source: SourceState, request: LoadRequest): Promise<LoadResult> {
    const { timeout, deadline, maximumAttempts } = source.limits;
    return this.#schedule<LoadRequest>(source, 'loadData', {
      startToCloseTimeout: timeout,
      scheduleToCloseTimeout: deadline,
      retry: {
        initialInterval: '1 second',
        backoffCoefficient: 2,
        maximumInterval: '30 seconds',
        maximumAttempts,
      },
      summary: `load ${source.name}`,
    })(request);
  }

  /** Collects the parts of a result that is too large for one. */
  async #whole(source: SourceState, request: LoadRequest, first: LoadResult): Promise<WholeResult> {
    let result = first;
    for (let restarts = 0; result.outcome === 'part'; restarts++) {
      if (restarts > MAX_RESTARTS) {
        throw new LoadError(
          `Source "${source.name}" changed ${restarts} times while its result travelled in parts. Load less at a time, or raise maxResultBytes on the worker.`,
        );
      }
      const { digest, of } = result;
      const texts = result.index === 0 ? [result.text] : [];
      while (texts.length < of) {
        result = await this.#loadData(source, { ...request, part: { digest, index: texts.length } });
        if (result.outcome !== 'part' || result.digest !== digest || result.index !== texts.length) break;
        texts.push(result.text);
      }
      if (texts.length === of) return JSON.parse(texts.join('')) as WholeResult;
    }
    return result;
  }

  #schedule<Request extends LoadRequest>(
    source: SourceState,
    activity: 'loadData' | 'waitForChange',
    options: ActivityOptions,
  ): (request: Request) => Promise<LoadResult> {
    const { adapter, taskQueue } = source.definition;
    const name = `${adapter}.${activity}`;
    const activities = proxyActivities<Record<string, (request: Request) => Promise<LoadResult>>>({
      heartbeatTimeout: '10 seconds',
      cancellationType: ActivityCancellationType.TRY_CANCEL,
      ...(taskQueue !== undefined && { taskQueue }),
      ...options,
    });
    return activities[name] as (request: Request) => Promise<LoadResult>;
  }

  #request({ definition, into, checkpoint, name, refused }: SourceState, retryRefused: boolean): LoadRequest {
    const { root, schema, apiUrl, apiToken } = this.#session;
    return {
      source: name,
      query: definition.query,
      package: definition.package,
      entity: root,
      schema: reachableSchema(schema, root.name, into),
      ...(into !== undefined && { into }),
      apiUrl: definition.apiUrl ?? apiUrl,
      credential: definition.credential === 'none' ? undefined : (definition.credential ?? apiToken),
      checkpoint,
      ...(!retryRefused && refused !== undefined && { refused }),
    };
  }
}
