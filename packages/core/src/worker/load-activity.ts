import { ApplicationFailure, type Context, Context as ActivityContext } from '@temporalio/activity';
import type { Checkpoint, DataSourceAdapter, Fault } from '../contract/adapter';
import { InvalidInputError, StatefulWorkflowError } from '../contract/errors';
import { type FaultDetails, faultType, type LoadRequest, type LoadResult } from '../contract/load';
import { equalJson } from '../state/json';
import { type Content, ContentBuilder, digestOf } from './content';
import { AttemptContext } from './load-context';
import { redact } from './redact';
import type { SecretProvider } from './secrets';

/** What the activities of a worker share. */
export interface ActivityOptions {
  /** Where `secret:NAME` is looked up, in this order. @default none */
  readonly secrets?: readonly SecretProvider[];
}

/** A `loadData` activity. */
export type LoadActivity = (request: LoadRequest) => Promise<LoadResult>;

/** How often an attempt says that it is alive, in milliseconds. A cancellation arrives with the answer. */
const BEAT = 2_000;

/**
 * Makes the `loadData` activity of an adapter: the harness that is the same for all. It checks the query,
 * resolves credentials for this attempt, heartbeats, adds up the pages, tells whether anything changed, and
 * turns what goes wrong into an `ApplicationFailure` whose type is `fault.<kind>`.
 */
export function loadActivity(adapter: DataSourceAdapter, options: ActivityOptions): LoadActivity {
  return async (request) => {
    const activity = ActivityContext.current();
    const deadline = AbortSignal.timeout(attemptLimit(activity));
    const signal = AbortSignal.any([activity.cancellationSignal, deadline]);
    let context: AttemptContext | undefined;
    const started = Date.now();
    try {
      context = new AttemptContext(activity, request, signal, options.secrets ?? [], adapter.name);
      const result = await attempt(adapter, request, context);
      count(activity, adapter, request, result.outcome, Date.now() - started);
      return result;
    } catch (error) {
      if (activity.cancellationSignal.aborted) throw activity.cancellationSignal.reason;
      const fault = deadline.aborted ? timedOut(activity) : faultOf(adapter, error);
      count(activity, adapter, request, fault.kind, Date.now() - started);
      throw failure(fault, request, adapter, context);
    }
  };
}

async function attempt(
  adapter: DataSourceAdapter,
  request: LoadRequest,
  context: AttemptContext,
): Promise<LoadResult> {
  const query = await checkQuery(adapter, request.query);
  const builder = new ContentBuilder(request);
  const beat = setInterval(() => context.beat(), BEAT);
  try {
    for await (const page of adapter.load(query, context)) {
      builder.add(page);
      context.signal.throwIfAborted();
    }
  } finally {
    clearInterval(beat);
  }
  return resultOf(builder.build(), request, context.fingerprint);
}

function resultOf(content: Content, request: LoadRequest, credential: string | undefined): LoadResult {
  const before = request.checkpoint;
  const digest = content.unchanged
    ? before?.digest
    : content.complete
      ? digestOf(content.entities)
      : undefined;
  const checkpoint: Checkpoint = {
    ...content.checkpoint,
    ...(digest && { digest }),
    ...(credential && { credential }),
  };
  const nothing =
    !content.complete && Object.keys(content.entities).length === 0 && content.deletes.length === 0;
  if (content.unchanged || nothing || (digest !== undefined && digest === before?.digest)) {
    const kept = content.unchanged ? { ...before, ...checkpoint } : checkpoint;
    return equalJson(kept, before) ? { outcome: 'unchanged' } : { outcome: 'unchanged', checkpoint: kept };
  }
  return {
    outcome: 'snapshot',
    entities: content.entities,
    complete: content.complete,
    ...(content.deletes.length > 0 && { deletes: content.deletes }),
    ...(content.append && { append: content.append }),
    ...(content.partialErrors.length > 0 && { partialErrors: content.partialErrors }),
    checkpoint,
  };
}

async function checkQuery(adapter: DataSourceAdapter, query: unknown): Promise<unknown> {
  const checked = await adapter.querySchema['~standard'].validate(query);
  if (checked.issues === undefined) return checked.value;
  const issues = checked.issues.map((issue) => {
    const path = (issue.path ?? []).map((key) => String(typeof key === 'object' ? key.key : key)).join('.');
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
  throw new InvalidInputError(
    'query',
    `does not fit the adapter "${adapter.name}" (${issues.join('; ')})`,
    "Correct the source's definition in the workflow",
    'QUERY_INVALID',
  );
}

/** The attempt's own limit, just under Temporal's, so that the error can say what took too long. */
function attemptLimit(activity: Context): number {
  const limit = activity.info.startToCloseTimeoutMs;
  return Math.max(limit * 0.8, limit - 1_000);
}

function timedOut(activity: Context): Fault {
  return {
    kind: 'transient',
    message: `The load took longer than ${activity.info.startToCloseTimeoutMs} ms, the longest that one attempt may take. Raise the source's "timeout" if that is normal.`,
  };
}

function faultOf(adapter: DataSourceAdapter, error: unknown): Fault {
  if (error instanceof StatefulWorkflowError) {
    const kind = error.code.startsWith('CREDENTIAL')
      ? 'unauthorized'
      : error instanceof InvalidInputError || error.code === 'RECORD_INVALID'
        ? 'invalid'
        : undefined;
    if (kind !== undefined) return { kind, message: error.message };
  }
  return adapter.classify(error);
}

const RETRYABLE: ReadonlySet<Fault['kind']> = new Set(['transient', 'throttled']);

function failure(
  fault: Fault,
  request: LoadRequest,
  adapter: DataSourceAdapter,
  context: AttemptContext | undefined,
): ApplicationFailure {
  const details: FaultDetails = {
    kind: fault.kind,
    ...(context?.fingerprint && { credential: context.fingerprint }),
    ...(fault.retryAfterMs !== undefined && { retryAfterMs: fault.retryAfterMs }),
  };
  const message = `Source "${request.source}" (${adapter.name}): ${fault.message}`;
  // Without a cause: a driver's error may hold the request, and with it the token.
  return ApplicationFailure.create({
    type: faultType(fault.kind),
    message: redact(message, context?.secrets ?? []),
    nonRetryable: !RETRYABLE.has(fault.kind),
    details: [details],
    ...(fault.retryAfterMs !== undefined && { nextRetryDelay: fault.retryAfterMs }),
  });
}

function count(
  activity: Context,
  adapter: DataSourceAdapter,
  request: LoadRequest,
  outcome: string,
  ms: number,
): void {
  const tags = { adapter: adapter.name, source: request.source, outcome };
  activity.metricMeter.createCounter('stateful_workflow_loads').add(1, tags);
  activity.metricMeter.createHistogram('stateful_workflow_load_duration', 'int', 'ms').record(ms, tags);
}
