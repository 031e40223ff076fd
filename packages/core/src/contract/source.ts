/** A time span: milliseconds, or a string such as `'30 seconds'`, as Temporal takes it. */
export type Duration = string | number;

/** What every source can say besides its adapter's query. */
export interface SourceOptions {
  /**
   * Where the records go: `'root'` merges the one record into the workflow's root entity; the name of a
   * relation of the root entity fills that relation.
   * @default the relation that bears the source's own name, or else `'root'`
   */
  readonly into?: string;
  /**
   * The credential for this source: a reference (`secret:NAME`), or `'none'` to send none.
   * @default the workflow's `apiToken`
   */
  readonly credential?: string;
  /** The base address of this source. @default the workflow's `apiUrl` */
  readonly apiUrl?: string;
  /** How long one attempt may run. @default '1 minute' */
  readonly timeout?: Duration;
  /**
   * How many attempts of a load may fail before it counts as failed. One that got further before it had to wait for a
   * limit of the source (`throttled`) has not failed: a long list is read to its end, if `deadline` lets it.
   * @default 4
   */
  readonly maximumAttempts?: number;
  /** The longest that all attempts of one load, and the waits between them, may take. @default '5 minutes' */
  readonly deadline?: Duration;
  /**
   * The fields, as dotted paths, that every record has to have, null or not: one without is refused, and so is no record of the root entity; nothing of its
   * load is taken in. For APIs that answer 200 with an error in the body.
   * @default none; but a record of the root entity that once had its id has to keep it. `[]` expects nothing
   */
  readonly expect?: readonly string[];
  /**
   * Whether a whole load that brings no record is an error, and removes nothing: for lists that are never empty, and
   * APIs that answer a credential that has run out with an empty one.
   * @default an empty list is believed, unless another source of the workflow was just refused the same credential;
   *   `false` believes it even then
   */
  readonly emptyIsError?: boolean;
  /** The task queue whose workers run this source's activities. @default the workflow's own */
  readonly taskQueue?: string;
  /**
   * The name of the feed that brings this source, for a whole fleet: see `@stateful-workflow/feed`. The workflow then loads
   * the source itself at its start, unless a delivery starts it, on `refresh` and for a new token or address; it neither
   * polls nor watches it. For a source of the root entity, not for one that fills a list.
   * @default the workflow looks for itself
   */
  readonly fedBy?: string;
}

/**
 * One configured origin of data for a workflow: an adapter plus its query. Plain JSON; made by an
 * adapter's builder (`rest({ path: '/customers/{id}' })`), never by hand.
 *
 * @typeParam Query the adapter's query
 */
export interface SourceDefinition<Query = unknown> extends SourceOptions {
  /** The adapter's name, as registered on the worker. */
  readonly adapter: string;
  /** The package that holds the adapter; named in the error when no worker has registered it. */
  readonly package: string;
  readonly query: Query;
}

/**
 * A source that says to the compiler where its records go, and what they are: then a workflow of a schema takes no other
 * list than those it has.
 *
 * @typeParam Into the `into` that was given; `never` for none
 * @typeParam Records the name of the record schema that was given; `never` for none
 */
export interface PlacedSource<Query, Into = never, Records = never> extends SourceDefinition<Query> {
  /** There is no such value. */
  readonly '~into'?: NoInfer<Into>;
  /** There is no such value. */
  readonly '~records'?: NoInfer<Records>;
}

/** What a builder reads off its options for {@link PlacedSource}: `options: RestQuery & SourceOptions & Placing<Into, Records>`. */
export interface Placing<Into extends string, Records extends string> {
  /** Any text besides, for who names the type parameters of a builder and leaves these out. */
  readonly into?: Into | (string & {});
  readonly schema?: Records | (string & {});
}

/**
 * Makes a source definition. For the authors of adapters: wrap it in a typed builder and export that
 * from the adapter's `./workflow` entry.
 *
 * @example
 * export const rest = (options: RestQuery & SourceOptions) =>
 *   defineSource({ adapter: 'rest', package: '@stateful-workflow/adapter-rest' }, options);
 */
export function defineSource<Query extends object>(
  adapter: { readonly adapter: string; readonly package: string },
  options: Query & SourceOptions,
): SourceDefinition<Query> {
  const {
    into,
    credential,
    apiUrl,
    timeout,
    maximumAttempts,
    deadline,
    expect,
    emptyIsError,
    taskQueue,
    fedBy,
    ...query
  } = options;
  return {
    ...adapter,
    into,
    credential,
    apiUrl,
    timeout,
    maximumAttempts,
    deadline,
    expect,
    emptyIsError,
    taskQueue,
    fedBy,
    query: query as unknown as Query,
  };
}
