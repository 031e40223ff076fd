import type { Duration, RefreshPolicy, SourceDefinition, StartInput } from '@stateful-workflow/core/workflow';

/** A record as the source gives it. */
export type FeedRecord = Readonly<Record<string, unknown>>;

/** Whose workflows a feed keeps in step. */
export interface FeedTarget {
  /** The workflow of one entity, as `defineWorkflow` returns it. */
  readonly workflow: (input: StartInput) => Promise<unknown>;
  /** Which of its sources the feed brings; it says so by `fedBy`. */
  readonly source: string;
  /** The name of the entity. @default as the workflow's class says, or its type without the `Workflow` ending */
  readonly entityName?: string;
  /**
   * The id of a record's entity. Runs on the worker.
   * @default what the schema of the workflow says: its `idAttribute`, or `id`
   */
  readonly id?: (record: FeedRecord) => string;
  /** The task queue of workflows that the feed starts. @default the one of the feed's activity */
  readonly taskQueue?: string;
}

/** When a feed reads the whole collection, to find what is gone. */
export interface FeedSweep {
  /** The time from one sweep to the next. */
  readonly every: Duration;
  /**
   * Whose end a sweep may bring: `started`, the workflows that this feed has started; `all`, also those that nobody's feed
   * has. Not for a feed of one of several partitions, which would end those of the others.
   * @default 'started'
   */
  readonly removes?: 'started' | 'all';
}

/** What a feed reads, whom it tells, and how. */
export interface FeedOptions {
  /** The workflow type. Export the feed under the same name; sources name it as `fedBy`. */
  readonly name: string;
  /**
   * The collection: what an adapter's builder returns. `{id}` in it is the id that the feed was started with, so that one
   * definition can serve several partitions.
   */
  readonly source: SourceDefinition;
  readonly into: FeedTarget;
  /**
   * Whether a record starts the workflow of its entity where none runs. A function runs on the worker.
   * @default 'missing'
   */
  readonly start?: 'missing' | 'never' | ((record: FeedRecord) => boolean);
  /**
   * What becomes of the workflow of an entity that is gone: it is completed, cancelled, told (`onLoadError` hears of a fault
   * of kind `gone`), or kept as it is.
   * @default 'complete'
   */
  readonly gone?: 'complete' | 'cancel' | 'tell' | 'keep';
  /** When the feed looks. It watches, so that a look that finds nothing is one Action and no history, unless `watch` is false. */
  readonly refresh: RefreshPolicy;
  /** When it reads everything. @default never: only what the source itself says is gone is */
  readonly sweep?: FeedSweep;
  /** The largest part of the workflows that one sweep may tell that they are gone, above 10. @default 0.5 */
  readonly maxDeleteRatio?: number;
  /**
   * How long the feed reads on before its workflow hears how far it got, and may pause, continue as new or take a new token.
   * A sweep that looks for what is gone is not cut.
   * @default '20 seconds'
   */
  readonly reportEvery?: Duration;
  /** How many records are delivered at a time. @default 20 */
  readonly concurrency?: number;
  /** How many are delivered a second at most. @default 200 */
  readonly perSecond?: number;
}
