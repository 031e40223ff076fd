import type { AdapterCapabilities, DataSourceAdapter, FaultKind } from '@stateful-workflow/core';

/** A record of the upstream. The adapter under test gives records that have these fields, and may have more. */
export interface TestRecord {
  readonly id: string;
  readonly name: string;
}

/** Where and when an upstream starts to misbehave. */
export interface When {
  /** How many requests go well before. @default 0 */
  readonly after?: number;
}

/** One way in which an upstream can fail, and what the adapter is to make of it. */
export interface Failure {
  readonly kind: FaultKind;
  /** How long the upstream asks to be left alone, in milliseconds; the adapter says so within a second. */
  readonly retryAfterMs?: number;
  /** Whether it breaks off in the middle of a page. At least one failure of kind `transient` does. */
  readonly midPage?: boolean;
}

/** What an adapter is made with, for one test. */
export interface AdapterSettings {
  /** How long a request may take in all, in milliseconds. @default long enough for any test */
  readonly timeoutMs?: number;
}

/**
 * The real source that an adapter is tested against, and the few things that the suite does to it: its driver. It
 * begins empty, accepts `token` and behaves well.
 *
 * ## Rules
 * - It is the real thing on loopback: an HTTP server, a database. What it does wrong, it does on the wire.
 * - `put`, `patch` and `remove` have taken effect when they resolve.
 * - The order of records is one that a change of their fields does not change.
 * - `reset` empties it, ends what `fail`, `delay` and `cap` began, and has `requests` count from 0 again.
 * - Every request of a load is counted as it comes in, also one that is then delayed, refused or broken off. A request is
 *   what brings a page: what comes before it, such as a handshake, is not counted.
 *
 * The suite looks at the driver before the first test, and names each rule that it breaks.
 */
export interface Upstream<Query = unknown, Cursor = unknown> {
  /** Makes an adapter that may reach this upstream and no other. The suite closes it. */
  adapter(settings: AdapterSettings): DataSourceAdapter<Query, Cursor>;
  /** The workflow's base address, for adapters that have one. */
  readonly apiUrl?: string;
  /** The origins that the credential is resolved for. @default none, without the capability `credentials` */
  readonly origins?: readonly string[];
  /** How many records a page has: 3 or more. @default 10, without the capability `pages` */
  readonly pageSize?: number;
  /** Loads every record, page by page. */
  readonly query: Query;
  /**
   * Asks for the first page alone, as one does who does not know that there are more, where the answer says that there
   * are. @default the source has no pages, or its answers say nothing of them
   */
  readonly unpagedQuery?: Query;
  /** Queries that the adapter's schema refuses, each with the field that the refusal names. */
  readonly invalidQueries: readonly (readonly [query: unknown, field: string])[];
  /** Loads every record in a way that the upstream can answer "unchanged". For the capability `validators`. */
  readonly conditionalQuery?: Query;
  /**
   * Loads what changed since the cursor. For the capability `incremental`. The cursor follows the time that `put`
   * is given. Where the adapter declares explicit `deletes`, it tells of what `remove` removes.
   */
  readonly incremental?: {
    readonly query: Query;
    /** How late a record may arrive and still be found: its time may be this much before the newest one. */
    readonly lateness: number;
    /** A time that lies far in the future. @default the cursor is no time that could */
    readonly ahead?: number;
  };
  /** Records with numbers as the source's own wire writes them. @default the source has none that could lose digits */
  readonly numbers?: {
    /** Loads them; each has its number in the field `number`. */
    readonly query: Query;
    /** Has one record for each number, in this order and no others. */
    put(numbers: readonly string[]): Promise<void>;
  };
  /**
   * Loads every record in a way that the source can hint at changes of. For the capability `watch`. Each `put` then
   * gives a hint.
   * @default `query`
   */
  readonly watch?: { readonly query: Query };
  /** Loads every record in such a way that the failure `failure` leaves a part out and says so. */
  readonly partial?: { readonly query: Query; readonly failure: string };
  /** Every way in which the upstream can fail, by name. */
  readonly failures: { readonly [name: string]: Failure };
  /** Kinds of fault that this source has no way to give, each with the reason. */
  readonly withoutFault?: { readonly [kind in FaultKind]?: string };
  /** Why this source, when it is too busy, has no way to say for how long. @default a failure says it */
  readonly withoutRetryAfter?: string;

  /**
   * Adds records, or takes the place of those with the same ids.
   *
   * @param at when they changed, in whole units of the upstream's own; a later `put` may say an earlier time
   */
  put(records: readonly TestRecord[], at: number): Promise<void>;
  /** Changes a record's name. */
  patch(id: string, name: string, at: number): Promise<void>;
  remove(id: string): Promise<void>;
  /** Fails in the way named, until `recover`. */
  fail(failure: string, when?: When): Promise<void>;
  /**
   * Gives at most so many records a page, however many are asked for, until `recover`; for a source that may do so.
   * @default it is not tried
   */
  cap?(records: number): Promise<void>;
  /** Takes so many milliseconds for each request, until `recover`. */
  delay(milliseconds: number, when?: When): Promise<void>;
  /** Behaves well again. The records stay. */
  recover(): Promise<void>;
  /**
   * No longer accepts the tokens that it accepted so far.
   *
   * @returns the one that it accepts from now on, and that `token` gives
   * @default there is none, without the capability `credentials`
   */
  revoke?(): Promise<string>;
  /** The token that it accepts; not empty. @default there is none, without the capability `credentials` */
  token?(): string;
  /** Resolves when the next request has come in after the call, answered or not; not before. */
  requested(): Promise<void>;
  /** How many requests have come in since the last `reset`. */
  requests(): number;
  /** Has no records, behaves well and has counted no request. Called before each test. */
  reset(): Promise<void>;
  /** Ends it. */
  stop(): Promise<void>;
}

/** What is tested: an adapter, by what it declares and a source to try it on. */
export interface Subject<Query = unknown, Cursor = unknown> {
  /** The adapter's name, as it declares it. */
  readonly name: string;
  /** What the adapter declares. It decides which tests there are, and what is declared has to work. */
  readonly capabilities: AdapterCapabilities;
  /** Starts the upstream. Called once. */
  start(): Promise<Upstream<Query, Cursor>>;
}
