import { ApplicationFailure, type Context } from '@temporalio/activity';
import type { Checkpoint, DataSourceAdapter, EntityRef, Fault, PartialError } from '../contract/adapter';
import { InvalidInputError, LoadError, StatefulWorkflowError } from '../contract/errors';
import { isWellFormed } from '../contract/names';
import { type FaultDetails, faultType, type LoadRequest, type Patch } from '../contract/load';
import type { Entities } from '../contract/schema';
import { diffEntities } from '../state/diff';
import { equalJson } from '../state/json';
import { canonical } from './canonical';
import { concealed } from './concealed';
import { type Content, ContentBuilder } from './content';
import { confirmed, type IsThere, keep, type Looked } from './second-look';
import { checkWhole } from './expectations';
import { keepPages, keptPages } from './kept-pages';
import type { AttemptContext } from './load-context';
import { Concealment } from '../credentials/concealment';
import type { Keyring } from '../credentials/keyring';
import type { SecretProvider } from '../credentials/provider';
import type { Vault } from '../credentials/resolve';
import type { Found } from './parts';
import { type SnapshotStore, snapshotsOf } from './snapshots';

/** What a worker shares with its clients, so that what travels through Temporal can be read by them alone. */
export interface EncryptionOptions {
  /** Opens tokens that were sealed with `sealToken`. */
  readonly keyring: Keyring;
  /**
   * Whether every payload is encrypted, too. Clients then need the same: give the plugin to `Client` as well.
   * @default false
   */
  readonly payloads?: boolean;
}

/** What the activities of a worker share. */
export interface ActivityOptions {
  /** Where `secret:NAME` is looked up, in this order. @default none */
  readonly secrets?: readonly SecretProvider[];
  /** What opens `sealed:…`. @default none: sealed tokens are refused */
  readonly encryption?: EncryptionOptions;
  /**
   * Takes a token that stands in plaintext in a workflow, whose class must allow it as well. For development only: it
   * is in the workflow's history for anybody to read. Every load with one warns.
   * @default false
   */
  readonly allowPlaintextTokens?: boolean;
  /** What earlier loads gave, for deltas. @default 64 MiB in the worker's memory */
  readonly snapshots?: SnapshotStore;
  /** A result with more bytes of JSON travels in several activity results. @default 1 MiB */
  readonly maxResultBytes?: number;
  /** The most bytes of entities, as JSON, that one load may bring. @default 32 MiB */
  readonly maxLoadBytes?: number;
}

/** {@link ActivityOptions} with every default filled in, as activities use them. */
export interface Harness extends Required<
  Pick<ActivityOptions, 'snapshots' | 'maxResultBytes' | 'maxLoadBytes'>
> {
  readonly vault: Vault;
}

/** A harness as the loads of one source of one workflow have it. */
export const harnessOf = (source: string, { info }: Context, harness: Harness): Harness => ({
  ...harness,
  snapshots: snapshotsOf(source, info, harness.snapshots),
});

/** How often an attempt says that it is alive, in milliseconds. A cancellation arrives with the answer. */
const BEAT = 2_000;

/** Runs something while saying, now and then, that the attempt is alive. */
export async function beating<T>(context: AttemptContext, run: () => Promise<T>): Promise<T> {
  const beat = setInterval(() => context.beat(), BEAT);
  try {
    return await run();
  } finally {
    clearInterval(beat);
  }
}

/** Loads once: checks the query, adds up the pages, and tells what changed since the checkpoint. */
export async function look(
  adapter: DataSourceAdapter,
  request: LoadRequest,
  context: AttemptContext,
  harness: Harness,
): Promise<Found> {
  checkWellFormed(request.entity.id);
  const query = await checkQuery(adapter, request.query);
  await context.putBack();
  const before = await keptPages(request, context, harness);
  let builder: ContentBuilder | undefined;
  try {
    for await (const page of adapter.load(query, context)) {
      // Only now is it known whether the adapter goes on or begins anew.
      builder ??= (context.hasResumed ? before : undefined) ?? new ContentBuilder(request);
      builder.add(page);
      context.signal.throwIfAborted();
    }
  } catch (error) {
    const isWorthIt = context.signal.aborted || isPassing(faultOf(adapter, error));
    if (builder !== undefined && isWorthIt) await keepPages(builder, context, harness);
    throw error;
  }
  builder ??= new ContentBuilder(request);
  const misses = context.hasResumed && builder !== before;
  const built = builder.build(context.checkpoint?.cursor, misses);
  if (built.complete && !built.unchanged)
    checkWhole(built, builder.records, { ...request, checkpoint: context.before });
  // From here on nothing knows a secret of the source.
  const content = concealed(built, context);
  const isThere = adapter.isThere && ((entity: EntityRef) => adapter.isThere?.(query, entity, context));
  const looked = await confirmed(content, request, context, harness.snapshots, isThere as IsThere);
  return resultOf(looked, request, context, harness);
}

/** Checks a query against the adapter's schema. @throws InvalidInputError `QUERY_INVALID` */
export async function checkQuery(adapter: DataSourceAdapter, query: unknown): Promise<unknown> {
  const checked = await adapter.querySchema['~standard'].validate(query);
  if (checked.issues === undefined) return checked.value;
  const issues = checked.issues.map((issue) => {
    const path = (issue.path ?? []).map((key) => String(typeof key === 'object' ? key.key : key)).join('.');
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
  const reason = `does not fit the adapter "${adapter.name}" (${issues.join('; ')})`;
  throw new InvalidInputError(
    'query',
    reason,
    "Correct the source's definition in the workflow",
    'QUERY_INVALID',
  );
}

/** Half of a surrogate pair would be sent as another character, and the load be about somebody else. */
function checkWellFormed(id: string): void {
  if (!isWellFormed(id))
    throw new InvalidInputError(
      'id',
      'is not well-formed: it has half of a surrogate pair, which no source can be asked for',
      'Start the workflow with an id of whole characters',
    );
}

async function resultOf(
  { content, swept, whole: known }: Looked,
  request: LoadRequest,
  context: AttemptContext,
  harness: Harness,
): Promise<Found> {
  const before = context.before;
  if (content.unchanged && before === undefined) {
    throw new LoadError(
      'The source answered "unchanged" to a load that had nothing to compare with. That is a bug of the adapter: report it.',
    );
  }
  const isWhole = content.complete && !content.unchanged;
  const whole = isWhole ? (known ?? content.written ?? canonical(content.entities)) : undefined;
  const digest = content.unchanged ? before?.digest : whole?.digest;
  const { partialErrors } = content;
  const nothing = !content.complete && isEmpty(content);
  const part = content.complete || content.unchanged || nothing ? undefined : partOf(content, partialErrors);
  const identified = content.identified || (!isWhole && before?.identified) || undefined;
  const checkpoint: Checkpoint = {
    ...content.checkpoint,
    ...(digest !== undefined && { digest }),
    ...(part !== undefined && { part }),
    ...(swept !== undefined && { swept }),
    ...(identified && { identified }),
    ...((content.checkpoint.validators ?? content.checkpoint.cursor ?? identified) !== undefined && {
      about: context.about,
    }),
    ...(context.fingerprint !== undefined && { credential: context.fingerprint }),
  };
  if (whole !== undefined) {
    checkSize(whole.text, harness.maxLoadBytes);
    await keep(whole, context, harness.snapshots);
  }
  const isSame =
    (digest !== undefined && digest === before?.digest) || (part !== undefined && part === before?.part);
  if (content.unchanged || nothing || isSame) {
    const kept = content.unchanged ? { ...before, ...checkpoint } : checkpoint;
    const isKept = equalJson(kept, before);
    return { result: { outcome: 'unchanged', ...(!isKept && { checkpoint: kept }) } };
  }
  const empty = isEmptied(content, request) ? { empty: context.fingerprint } : {};
  if (whole !== undefined && before?.digest !== undefined) {
    const changes = await changesSince(before.digest, content.entities, request, context, harness);
    if (changes !== undefined && JSON.stringify(changes).length < whole.text.length)
      return { result: { outcome: 'delta', changes, checkpoint, ...empty } };
  }
  return {
    result: {
      outcome: 'snapshot',
      entities: content.entities,
      complete: content.complete,
      ...(content.deletes.length > 0 && { deletes: content.deletes }),
      ...(content.append && { append: content.append }),
      ...(partialErrors.length > 0 && { partialErrors }),
      checkpoint,
      ...empty,
    },
    entities: whole,
  };
}

/** Whether a list that had been loaded has nothing in it now, where that may be a refusal. */
function isEmptied(
  { complete, entities }: Content,
  { entity, into, emptyIsError, checkpoint }: LoadRequest,
): boolean {
  if (into === undefined || !complete || checkpoint === undefined || emptyIsError === false) return false;
  const list = entities[entity.name]?.[entity.id]?.[into];
  return Array.isArray(list) && list.length === 0;
}

const isEmpty = ({ entities, deletes, partialErrors }: Content): boolean =>
  Object.keys(entities).length === 0 && deletes.length === 0 && partialErrors.length === 0;

/** Names what a load gave that is not all, so that a watch does not take the same for news at each look. */
function partOf({ entities, deletes, append }: Content, errors: readonly PartialError[]): string {
  return canonical({ entities, deletes, append, errors }).digest;
}

function checkSize(text: string, maxLoadBytes: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxLoadBytes) return;
  throw new StatefulWorkflowError(
    'STATE_TOO_LARGE',
    `The source gave ${bytes} bytes of entities, more than maxLoadBytes (${maxLoadBytes}) lets a workflow hold. Narrow the query, or raise maxLoadBytes on the worker.`,
    { context: { bytes, maxLoadBytes } },
  );
}

async function changesSince(
  digest: string,
  entities: Entities,
  request: LoadRequest,
  context: AttemptContext,
  { snapshots }: Harness,
): Promise<Patch | undefined> {
  try {
    const text = await snapshots.get(digest);
    return text === undefined
      ? undefined
      : diffEntities(JSON.parse(text) as Entities, entities, request.schema, true);
  } catch (error) {
    context.log.warn('A kept snapshot could not be read; the change travels whole', { error: String(error) });
    return undefined;
  }
}

const HARNESS_CODES: ReadonlySet<string> = new Set(['RECORD_INVALID', 'SECRET_EXPOSED', 'STATE_TOO_LARGE']);

/** No wish of a source to be left alone is taken for longer than this. Milliseconds. */
const MAX_WAIT = 24 * 60 * 60 * 1_000;

/** A fault, and whether it is the source that refused to answer: a credential that is missing was shown to nobody. */
type KnownFault = Fault & { readonly refused?: true };

/** What kind of fault an error is: what the harness knows itself, or else what the adapter says. */
export function faultOf(adapter: DataSourceAdapter, error: unknown): KnownFault {
  const fault = kindOf(adapter, error);
  const { retryAfterMs } = fault;
  if (retryAfterMs === undefined) return fault;
  // Of what is no time, Temporal decides; an adapter of anybody may give it.
  const wait = Number.isFinite(retryAfterMs) ? Math.min(Math.max(retryAfterMs, 0), MAX_WAIT) : undefined;
  return { ...fault, retryAfterMs: wait };
}

function kindOf(adapter: DataSourceAdapter, error: unknown): KnownFault {
  if (error instanceof StatefulWorkflowError) {
    if (error.code === 'CREDENTIAL_UNAVAILABLE') return { kind: 'transient', message: error.message };
    if (error.code.startsWith('CREDENTIAL')) return { kind: 'unauthorized', message: error.message };
    if (error instanceof LoadError) return { kind: 'fatal', message: error.message };
    if (error instanceof InvalidInputError || HARNESS_CODES.has(error.code))
      return { kind: 'invalid', message: error.message };
  }
  try {
    const fault = adapter.classify(error);
    return fault.kind === 'unauthorized' ? { ...fault, refused: true } : fault;
  } catch (failure) {
    // It should not happen, and an error that gets past this would go into history as it is.
    return { kind: 'fatal', message: `The adapter could not classify its error (${String(failure)})` };
  }
}

/** Whether the same load may go well later, without anybody doing anything. */
export function isPassing(fault: Fault): boolean {
  return fault.kind === 'transient' || fault.kind === 'throttled';
}

/** Whether a source asks to be left alone for longer than may pass before its workflow hears of it. */
export function outlasts({ retryAfterMs = 0 }: Fault, deadline = Infinity): boolean {
  return retryAfterMs > deadline;
}

/** The attempt's own limit, just under Temporal's, so that the error can say what took too long. */
export function attemptLimit(activity: Context): number {
  const limit = activity.info.startToCloseTimeoutMs;
  return Math.max(limit * 0.8, limit - 1_000);
}

/** The fault of an attempt that ran into {@link attemptLimit}. */
export function timedOut(activity: Context): Fault {
  return {
    kind: 'transient',
    message: `The load took longer than ${activity.info.startToCloseTimeoutMs} ms, the longest that one attempt may take. Raise the source's "timeout" if that is normal.`,
  };
}

/** The fault of a load whose last attempt ended without a word. */
export function workerLost(activity: Context): Fault {
  return {
    kind: 'transient',
    message: `The last of ${activity.info.attempt - 1} attempts ended without a word from its worker. Look at the worker's log; a load may need more memory than it has.`,
  };
}

/** A fault as Temporal takes it. */
export function failureOf(
  fault: KnownFault,
  request: LoadRequest,
  adapter: DataSourceAdapter,
  context: AttemptContext | undefined,
  retry: { readonly nonRetryable: boolean; readonly nextRetryDelay?: number },
): ApplicationFailure {
  if (fault.kind === 'unauthorized') context?.forgetCredential();
  const details: FaultDetails = {
    kind: fault.kind,
    ...(context?.fingerprint !== undefined && { credential: context.fingerprint }),
    ...(fault.retryAfterMs !== undefined && { retryAfterMs: fault.retryAfterMs }),
    ...(fault.refused && context?.fingerprint === undefined && { refused: true as const }),
  };
  const message = `Source "${request.source}" (${adapter.name}): ${fault.message}`;
  // Without a cause: a driver's error may hold the request, and with it the token.
  return ApplicationFailure.create({
    type: faultType(fault.kind),
    message: (context?.concealment ?? new Concealment()).shortText(message),
    details: [details],
    ...retry,
  });
}

/** Counts an attempt and how long it took. */
export function measure(
  activity: Context,
  adapter: DataSourceAdapter,
  request: LoadRequest,
  outcome: string,
  started: number,
): void {
  const tags = { adapter: adapter.name, source: request.source, outcome };
  activity.metricMeter.createCounter('stateful_workflow_loads').add(1, tags);
  activity.metricMeter
    .createHistogram('stateful_workflow_load_duration', 'int', 'ms')
    .record(Date.now() - started, tags);
}
