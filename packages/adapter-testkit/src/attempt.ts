import type { Checkpoint, LoadContext, Page } from '@stateful-workflow/core';
import { credentialOf } from './credential';
import type { TestRecord } from './subject';

/** How one attempt of a load is made. */
export interface AttemptOptions<Cursor> {
  readonly checkpoint?: Checkpoint<Cursor>;
  /** What the attempt before said last. */
  readonly resumeFrom?: Cursor;
  readonly signal?: AbortSignal | undefined;
  /** The secret that the credential resolves to. @default the one that the upstream accepts, if it has any */
  readonly token?: string | undefined;
  /** Resolves the credential in place of `token`. */
  readonly credential?: LoadContext['credential'];
  /** Sees each page as it comes. */
  readonly onPage?: (page: Page<Cursor>, index: number) => unknown;
}

/** What one attempt of a load did. */
export interface Attempt<Cursor> {
  readonly pages: readonly Page<Cursor>[];
  /** The records of all pages. */
  readonly records: readonly TestRecord[];
  readonly heartbeats: readonly Cursor[];
  /** The origins that the credential was asked for, in order. */
  readonly origins: readonly string[];
  /** The secrets that it was given. */
  readonly secrets: readonly string[];
  /** Whether the adapter looked at `resumeFrom` and found something. */
  readonly resumed: boolean;
  /** What the log was told. */
  readonly logged: readonly unknown[];
  /** Why it failed, if it did. */
  readonly failure?: { readonly error: unknown };
}

/** The entity whose workflow would load. */
export const ENTITY = { name: 'Conformance', id: 'x_1' } as const;

/** Runs one attempt with a context made by hand, as the harness of a worker would. Never throws what the load throws. */
export async function runAttempt<Query, Cursor>(
  load: (query: Query, context: LoadContext<Cursor>) => AsyncIterable<Page<Cursor>>,
  query: Query,
  given: AttemptOptions<Cursor> & { readonly apiUrl?: string | undefined },
): Promise<Attempt<Cursor>> {
  const pages: Page<Cursor>[] = [];
  const heartbeats: Cursor[] = [];
  const origins: string[] = [];
  const secrets: string[] = [];
  const logged: unknown[] = [];
  let resumed = false;
  let failure: { readonly error: unknown } | undefined;
  const log = (...line: unknown[]): void => void logged.push(line);
  const { token } = given;
  const resolve = given.credential ?? (async () => (token === undefined ? undefined : credentialOf(token)));
  const context: LoadContext<Cursor> = {
    signal: given.signal ?? new AbortController().signal,
    checkpoint: given.checkpoint,
    apiUrl: given.apiUrl,
    entity: ENTITY,
    credential: async (origin) => {
      origins.push(origin);
      const credential = await resolve(origin);
      if (credential !== undefined) secrets.push(credential.secret.reveal());
      return credential;
    },
    heartbeat: (progress) => void heartbeats.push(progress),
    get resumeFrom() {
      resumed ||= given.resumeFrom !== undefined;
      return given.resumeFrom;
    },
    log: { debug: log, info: log, warn: log },
    metrics: { count: () => {}, duration: () => {} },
  };
  try {
    for await (const page of load(query, context)) {
      const index = pages.push(page) - 1;
      await given.onPage?.(page, index);
    }
  } catch (error) {
    failure = { error };
  }
  return {
    pages,
    records: pages.flatMap(({ records }) => records as readonly TestRecord[]),
    heartbeats,
    origins,
    secrets,
    resumed,
    logged,
    failure,
  };
}
