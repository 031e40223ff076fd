import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Secret } from './secret';

/**
 * The code that can load one kind of source. A plain object made by a factory; it knows nothing of
 * Temporal, and its `load` runs in plain Node with a hand-made {@link LoadContext}.
 *
 * ## Rules
 * - `load` never retries: it throws, `classify` says what the fault is, and Temporal retries.
 * - `load` yields at least one page. `complete` is true only on the last page of a proven full sweep.
 * - A list that can move while it is read says so (`drifts`).
 * - A page with `partialErrors` carries no `cursor` and is never `complete`.
 * - `load` stops within a second of `ctx.signal` and leaves no socket, timer or handle behind.
 *
 * @typeParam Query what a workflow writes in its source definition; plain JSON
 * @typeParam Cursor where an incremental load goes on; plain JSON
 */
export interface DataSourceAdapter<Query = unknown, Cursor = unknown> {
  /** Names the adapter in source definitions and activities (`rest` → `rest.loadData`). Letters, digits, `-`. */
  readonly name: string;
  /** The version of this contract that the adapter was written for. */
  readonly contractVersion: 1;
  /** What the adapter can do beyond loading everything; each flag switches on behaviour and tests. */
  readonly capabilities: AdapterCapabilities;
  /** Checks a query before every load. What it refuses is a non-retryable error that names the field. */
  readonly querySchema: StandardSchemaV1<unknown, Query>;
  /**
   * Loads the source, a page at a time. Breaking off the iteration, as a cancelled activity does, ends it.
   *
   * @throws whatever went wrong, unwrapped; `classify` understands it
   */
  load(query: Query, ctx: LoadContext<Cursor>): AsyncIterable<Page<Cursor>>;
  /** Says what kind of fault an error thrown by `load` is. Total: an error it does not know is `fatal`. */
  classify(error: unknown): Fault;
  /**
   * Whether an entity of a list is there, asked for by itself: for one that a sweep missed whose list may have moved.
   *
   * @returns `undefined` where the query does not say how to ask
   * @default nobody can ask, and what the next sweep misses, too, is gone
   */
  isThere?(query: Query, entity: EntityRef, ctx: LoadContext<Cursor>): Promise<boolean | undefined>;
  /**
   * Resolves when a look at the source is worth it, for sources that can tell (LISTEN/NOTIFY): at once, where that has
   * been said since the last load of the same `caller` began.
   * Rejects when the wait is broken; resolving too often costs a load, never correctness.
   *
   * Thousands may wait at a time: none of them holds an activity slot of the worker. `ctx.signal` ends a wait.
   */
  waitForHint?(query: Query, ctx: LoadContext<Cursor>): Promise<void>;
  /**
   * Whether there can be hints for a query. Where there are none, a watch looks at its interval.
   * @default every query has hints when there is `waitForHint`
   */
  hasHints?(query: Query): boolean;
  /** Says, for a person, whether the source can be reached with the credential at hand. */
  check?(ctx: LoadContext<Cursor>): Promise<CheckResult>;
  /**
   * Hears of the registry that the adapter is in, once: for one that loads by means of the others.
   *
   * @param find gives another adapter by its name
   */
  registered?(find: (name: string) => DataSourceAdapter | undefined): void;
  /** Gives back what the adapter holds (pools, agents). Called once, when the worker has stopped. */
  close?(): Promise<void>;
}

/** What an adapter can do. A flag that is declared and does not work fails the conformance suite. */
export interface AdapterCapabilities {
  /** Loads only what changed since `checkpoint.cursor`. @default false: every load is a full sweep */
  readonly incremental?: boolean;
  /** Sends `checkpoint.validators` and answers `unchanged` from them. @default false: a digest decides */
  readonly validators?: boolean;
  /** Has `waitForHint`. @default false: a watch polls */
  readonly watch?: boolean;
  /**
   * How a removal at the source is learnt: by complete sweeps; by them and by explicit `deletes` or `removed` in the
   * pages of incremental loads as well; or not at all. With `sweep`, explicit ones are up to the query.
   * @default 'sweep'
   */
  readonly deletes?: 'sweep' | 'explicit' | 'none';
  /** Asks for a credential in each load. @default true; `false` for a source that anybody may read who can reach it */
  readonly credentials?: boolean;
  /** Reads what is long in several requests, a page each. @default true; `false` for a source that gives all at once */
  readonly pages?: boolean;
}

/** What a load is given besides its query. */
export interface LoadContext<Cursor = unknown> {
  /** Aborted when the activity is cancelled, times out, or the worker shuts down. */
  readonly signal: AbortSignal;
  /** What the last load left. Without validators and cursor when the query, the address or
   * the token changed since. */
  readonly checkpoint?: Checkpoint<Cursor> | undefined;
  /** The workflow's own base address, for adapters that have one. Checked to be an absolute http(s) URL. */
  readonly apiUrl?: string | undefined;
  /** The entity whose workflow loads; fills templates such as `/customers/{id}`. */
  readonly entity: EntityRef;
  /**
   * Names the source and the workflow that loads it, `invoices Customer-c_42`, in another namespace than the default one
   * `[tenant-2] invoices Customer-c_42`: for what the source's own side shows of its clients, and for what an adapter
   * keeps for one of them.
   * @default nobody is named
   */
  readonly caller?: string;
  /**
   * Resolves the source's credential now, for this origin only.
   *
   * @param origin where it will be sent, as `new URL(...).origin` gives it
   * @returns the credential, or `undefined` when the source has none
   * @throws a `CredentialError` when it is missing or not bound to `origin`
   */
  credential(origin: string): Promise<Credential | undefined>;
  /**
   * Names a secret that was got with the credential or is part of it, such as an access token or the password of a
   * connection. It is kept in as the credential is: taken out of errors, the log and records. In a cursor or validator
   * it cannot be put back later, as the credential can: a load that leaves it there fails.
   * @default nobody keeps it in
   */
  conceal?(secret: Secret): void;
  /**
   * Says how far the load got; an attempt after one that broke off finds it in `resumeFrom`. To be called as often as
   * there is something to say: the server is told every few seconds, and when the attempt fails, since each time is a
   * billable Action.
   */
  heartbeat(progress: Cursor): void;
  /**
   * The last `heartbeat` of the attempt before this one, when that attempt broke off. A load that reads it and
   * finds something may go on from there. Where the pages before were kept, which they are while the same worker
   * loads, it counts like any other; else its pages are taken in, but it counts as incomplete and leaves the
   * checkpoint where it was. One that starts over does not read it.
   */
  readonly resumeFrom?: Cursor;
  /**
   * When somebody asked for this very load, in milliseconds since 1970 by the worker's clock: then a wish of the source
   * to be left alone that was learnt before may be tried once. Only in the first attempt.
   * @default the load is due by itself, or an attempt was made before
   */
  readonly demandedAt?: number | undefined;
  /** Writes to the worker's log. Attributes must hold no secret. */
  readonly log: LoadLog;
  /** Counts and times, tagged with adapter and source. */
  readonly metrics: LoadMetrics;
}

/** The part of a logger that adapters use. */
export interface LoadLog {
  debug(message: string, attributes?: Record<string, unknown>): void;
  info(message: string, attributes?: Record<string, unknown>): void;
  warn(message: string, attributes?: Record<string, unknown>): void;
}

/** Counters and histograms. Names are prefixed with `stateful_workflow_`. */
export interface LoadMetrics {
  /** Adds to a counter. */
  count(name: string, value?: number): void;
  /** Records a duration in milliseconds. */
  duration(name: string, milliseconds: number): void;
}

declare const identity: unique symbol;

/**
 * Decides whose answers, connections and tokens may be shared: equal for equal secrets of this process, and for no
 * others. Made by `identityOf` of `@stateful-workflow/core/worker`; it never leaves the process.
 */
export type CredentialIdentity = string & { readonly [identity]: true };

/** A secret in use, resolved inside an activity attempt. It never reaches a workflow. */
export interface Credential {
  /** The secret; prints as `[secret]`, `reveal()` gives the value. */
  readonly secret: Secret;
  /**
   * What every cache, pool, listener and shared request is keyed by. Nothing is shared without one.
   */
  readonly identity: CredentialIdentity;
  /**
   * Eight hex digits that tell a person two secrets apart, made so that nobody can guess a secret by them. Too short to
   * decide who may share what.
   */
  readonly fingerprint: string;
}

/** One page of a load. */
export interface Page<Cursor = unknown> {
  /** The records as the source gave them. */
  readonly records: readonly unknown[];
  /** Entities that the source says are gone. */
  readonly deletes?: readonly EntityRef[];
  /**
   * Records that the source says are gone, for adapters that do not know how their entities are named. Of each,
   * only what makes its id is needed.
   */
  readonly removed?: readonly unknown[];
  /** Where the next load goes on, once this page is in. */
  readonly cursor?: Cursor;
  /** What lets the next load ask "changed since?". */
  readonly validators?: Validators;
  /** The source says that nothing changed since the checkpoint. The page has no records. */
  readonly unchanged?: true;
  /** True only on the last page of a proven full sweep; only then may absence mean deletion. Means nothing with `unchanged`. */
  readonly complete: boolean;
  /**
   * With `complete`: records may have moved from page to page while the list was read, as they do on numbered pages, so
   * that one that is there was on no page. What such a sweep misses is gone when the next one misses it, too.
   * @default the list stood still
   */
  readonly drifts?: true;
  /** What the source could not give. Such a page never advances a cursor and never deletes. */
  readonly partialErrors?: readonly PartialError[];
}

/** Names one entity. */
export interface EntityRef {
  /** The entity's name in the schema: `Customer`. */
  readonly name: string;
  /** Its id within that name: `c_42`. */
  readonly id: string;
}

/** What a source gave to make a later request conditional. */
export interface Validators {
  /** The `ETag`, as it was sent, quotes and all. */
  readonly etag?: string;
  /** The `Last-Modified` date, as it was sent. */
  readonly lastModified?: string;
}

/** What a load leaves for the next one. It is in workflow history: it holds no secret. */
export interface Checkpoint<Cursor = unknown> {
  readonly validators?: Validators;
  /** Where an incremental source goes on. */
  readonly cursor?: Cursor;
  /** Names the content last given, so that equal content is `unchanged` without validators. */
  readonly digest?: string;
  /** Names what was given last, where it was not all: the same again is no news. */
  readonly part?: string;
  /** Names what a sweep gave whose list may have moved, where that is not what was taken of it. */
  readonly swept?: string;
  /** The record of the root entity had its id: another answer that has none is not taken for it. */
  readonly identified?: true;
  /** The source can say when a look is worth it, so a watch of it waits for that, and sends no heartbeat meanwhile. */
  readonly hinted?: true;
  /** Fingerprint of the credential that was used. */
  readonly credential?: string;
  /**
   * The origin whose credential stood in `validators` or `cursor`. It is not in them: placeholders are, which the
   * worker replaces before an adapter sees them.
   */
  readonly origin?: string;
  /** Names the query and address that `validators` and `cursor` are about; for others they are dropped. */
  readonly about?: string;
}

/** Something a source could not give in an otherwise good answer. */
export interface PartialError {
  /** What happened, for a person. */
  readonly message: string;
  /** Where in the answer, for example `customer.tickets[3]`. */
  readonly path?: string;
}

/**
 * What kind of fault a failed load is, which decides what happens next:
 * - `transient`, `throttled`: Temporal retries, after `retryAfterMs` if given
 * - `unauthorized`: no retry; the workflow waits for a new credential
 * - `invalid`, `gone`, `fatal`: no retry; the workflow keeps its last good state and reports it
 */
export type FaultKind = 'transient' | 'throttled' | 'unauthorized' | 'invalid' | 'gone' | 'fatal';

/** A classified error. */
export interface Fault {
  readonly kind: FaultKind;
  /** What happened, why, and what to do; for a person. Holds no secret and no URL with credentials. */
  readonly message: string;
  /** How long the source asked to be left alone, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** The answer of `check`. */
export interface CheckResult {
  readonly ok: boolean;
  /** What was seen, for a person. */
  readonly message: string;
}
