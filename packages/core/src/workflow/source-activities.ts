import { ActivityCancellationType, type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import { beganWith } from '../base/patches';
import { LoadError } from '../contract/errors';
import type { LoadRequest, LoadResult, WatchRequest, WholeResult } from '../contract/load';
import { reachableSchema } from '../contract/schema';
import type { RefreshTimes } from './refresh';
import type { Session } from './session';
import type { SourceState } from './source-state';

/** What a worker that does not have an activity answers, by Temporal's word for it. */
const UNREGISTERED = 'NotFoundError';
/** How long a worker may be silent that loads. */
const HEARTBEAT_TIMEOUT = '10 seconds';
/** How often a result is begun anew when the source keeps changing between its parts. */
const MAX_RESTARTS = 5;

/** How a load may go about what the source has said before. */
export interface LoadManner {
  /** Whether a credential that the source refused may be sent again. */
  readonly retryRefused: boolean;
  /** Whether a wish to be left alone may be tried. */
  readonly demanded: boolean;
}

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
   * @throws ActivityFailure, or LoadError for a source that never holds still
   */
  load(source: SourceState, { retryRefused, demanded }: LoadManner): Promise<WholeResult> {
    const request = this.#loadRequest(source, { retryRefused, demanded });
    return beganWith('leanWaits') ? answered(source, request) : formerlyAnswered(source, request);
  }

  /**
   * Loads a source, with one promise besides Temporal's own.
   *
   * @param then told of the result @param failed told of an error, also of one that `then` throws
   */
  loadThen<T>(
    source: SourceState,
    manner: LoadManner,
    then: (result: WholeResult) => T | Promise<T>,
    failed: (error: unknown) => T | Promise<T>,
  ): { readonly answer: Promise<unknown>; readonly taken: Promise<T> } {
    const request = this.#loadRequest(source, manner);
    const taken = (result: WholeResult): T | Promise<T> => {
      source.loadingSince = undefined;
      try {
        return then(result);
      } catch (error) {
        return failed(error);
      }
    };
    const ended = (error: unknown): T | Promise<T> => {
      source.loadingSince = undefined;
      return failed(error);
    };
    const answer = scheduleLoad(source, request);
    return {
      answer,
      taken: answer.then(
        (result) =>
          result.outcome === 'part' ? whole(source, request, result).then(taken, ended) : taken(result),
        ended,
      ),
    };
  }

  #loadRequest(source: SourceState, { retryRefused, demanded }: LoadManner): LoadRequest {
    const request = requestOf(this.#session, source, retryRefused);
    source.loadingSince = Date.now();
    return demanded ? { ...request, demanded } : request;
  }

  /** Waits until a source has news. @throws like {@link load} */
  async watch(source: SourceState, { every = 0, max, jitter }: RefreshTimes): Promise<WholeResult> {
    const { name, limits } = source;
    const request: WatchRequest = {
      ...requestOf(this.#session, source, false),
      every,
      max: max > every ? max : undefined,
      jitter,
      deadline: limits.scheduleToCloseTimeout,
    };
    const result = await schedule(source, 'waitForChange', request, {
      // The server tells clients of pending activities by their id: this one names the source.
      activityId: `watch-${name}-${++this.#watches}`,
      startToCloseTimeout: limits.startToCloseTimeout + every,
      // Nobody sends heartbeats for an attempt that waits for a hint: they are billed.
      heartbeatTimeout: source.known.checkpoint?.hinted ? undefined : HEARTBEAT_TIMEOUT,
      retry: { initialInterval: every, backoffCoefficient: 1, nonRetryableErrorTypes: [UNREGISTERED] },
      summary: `watch ${name}`,
    });
    return whole(source, request, result);
  }
}

/** The answer to a load, by one promise where it comes whole. */
function answered(source: SourceState, request: LoadRequest): Promise<WholeResult> {
  const ended = (): void => {
    source.loadingSince = undefined;
  };
  return scheduleLoad(source, request).then(
    (result) => {
      if (result.outcome === 'part') return whole(source, request, result).finally(ended);
      ended();
      return result;
    },
    (error: unknown) => {
      ended();
      throw error;
    },
  );
}

async function formerlyAnswered(source: SourceState, request: LoadRequest): Promise<WholeResult> {
  try {
    return await whole(source, request, await loadData(source, request));
  } finally {
    source.loadingSince = undefined;
  }
}

/** The same, a few turns later: that of the parts of a result, and of all loads in runs of the first versions. */
async function loadData(source: SourceState, request: LoadRequest): Promise<LoadResult> {
  return scheduleLoad(source, request);
}

function scheduleLoad(source: SourceState, request: LoadRequest): Promise<LoadResult> {
  const { startToCloseTimeout, scheduleToCloseTimeout } = source.limits;
  return schedule(source, 'loadData', request, {
    startToCloseTimeout,
    scheduleToCloseTimeout,
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    // How many of them, the activity decides: not each one that ends has failed.
    retry: { backoffCoefficient: 2, maximumInterval: '30 seconds', nonRetryableErrorTypes: [UNREGISTERED] },
    summary: `load ${source.name}`,
  });
}

/** Collects the parts of a result that is too large for one. */
async function whole(source: SourceState, request: LoadRequest, result: LoadResult): Promise<WholeResult> {
  for (let restarts = 0; result.outcome === 'part'; restarts++) {
    if (restarts > MAX_RESTARTS)
      throw new LoadError(
        `Source "${source.name}" changed ${restarts} times while its result travelled in parts. Load less at a time, or raise maxResultBytes on the worker.`,
      );
    const { digest, of } = result;
    const texts = result.index === 0 ? [result.text] : [];
    while (texts.length < of) {
      const index = texts.length;
      result = await loadData(source, { ...request, part: { digest, index } });
      if (result.outcome !== 'part' || result.digest !== digest || result.index !== index) break;
      texts.push(result.text);
    }
    if (texts.length === of) return JSON.parse(texts.join('')) as WholeResult;
  }
  return result;
}

function schedule(
  { definition: { adapter, taskQueue } }: SourceState,
  activity: 'loadData' | 'waitForChange',
  request: LoadRequest,
  options: ActivityOptions,
): Promise<LoadResult> {
  const activities = proxyActivities<{ [name: string]: (request: LoadRequest) => Promise<LoadResult> }>({
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    taskQueue,
    ...options,
  });
  const run = activities[`${adapter}.${activity}`] as (request: LoadRequest) => Promise<LoadResult>;
  return run(request);
}

function requestOf(
  { root, schema, apiUrl, apiToken }: Session,
  { name, definition, into, known, limits }: SourceState,
  retryRefused: boolean,
): LoadRequest {
  const { credential = apiToken, expect, emptyIsError } = definition;
  return {
    source: name,
    query: definition.query,
    package: definition.package,
    entity: root,
    schema: reachableSchema(schema, root.name, into),
    into,
    apiUrl: definition.apiUrl ?? apiUrl,
    credential: credential === 'none' ? undefined : credential,
    checkpoint: known.checkpoint,
    expect,
    emptyIsError,
    refused: retryRefused ? undefined : known.refused,
    acceptsDeletions: known.acceptsDeletions ? true : undefined,
    maximumAttempts: limits.maximumAttempts,
  };
}
