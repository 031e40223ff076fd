import {
  defineSource,
  defineWorkflow,
  type StatefulWorkflowFunction,
  StatefulWorkflow,
} from '@stateful-workflow/core/workflow';
import { checkFeed } from './check-feed';
import type { FeedData } from './feed-data';
import type { FeedOptions } from './feed-options';

/** Under this a feed's workflow function gives its definition. */
export const FEED = Symbol.for('@stateful-workflow/feed:definition');

/** A feed: a workflow function, which the worker's `feedAdapter` takes as well. */
export interface FeedWorkflow extends StatefulWorkflowFunction<FeedData> {
  readonly [FEED]: FeedOptions;
}

/** What a feed asks of the worker. It is in the history of every look. */
export interface FeedQuery {
  /** The name of the feed. */
  readonly feed: string;
  /** The query of its source. */
  readonly query: unknown;
}

/**
 * Defines a feed: one look for a whole fleet. It reads a collection, and delivers each record that changed to the workflow
 * of its entity, which takes it as a load of one of its sources. Export it from your workflows, give it to the worker's
 * `feedAdapter`, and start it once for each collection, or for each partition of it.
 *
 * ## Rules
 * - Deliveries go from the worker straight to the workflows; the history of the feed holds cursors and counts.
 * - What did not change is not delivered. What is delivered twice, or late, changes nothing.
 * - The collection gives of an entity what the source of its workflow gives: the two take turns.
 * - It answers to the names of any workflow: `pause`, `resume`, `refresh`, `apiToken`, `apiUrl`, `roll`, `cancel`.
 *
 * @throws InvalidInputError that names what is wrong with the definition
 * @example
 * export const CustomersFeed = defineFeed({
 *   name: 'CustomersFeed',
 *   source: rest({ path: '/customers', items: 'items', incremental: { field: 'updatedAt', param: 'since' } }),
 *   into: { workflow: CustomerWorkflow, source: 'profile' },
 *   refresh: { every: '10 seconds' },
 *   sweep: { every: '1 day' },
 * });
 */
export function defineFeed(options: FeedOptions): FeedWorkflow {
  checkFeed(options);
  const { name, source, refresh } = options;
  const { query, credential, apiUrl, maximumAttempts, taskQueue } = source;
  // A sweep is one attempt. A watch that waits for hints sends no heartbeats: it is missed after so long, and an interval.
  const { timeout = '5 minutes', deadline = '1 day' } = source;
  const feed: FeedQuery = { feed: name, query };
  class Feed extends StatefulWorkflow<FeedData> {
    override readonly sources = {
      feed: defineSource(
        { adapter: 'feed', package: '@stateful-workflow/feed' },
        { ...feed, into: 'root', credential, apiUrl, timeout, deadline, maximumAttempts, taskQueue },
      ),
    };
    override readonly refresh = { watch: true, ...refresh };

    override async execute(): Promise<void> {
      if (this.data?.isBusy) this.requestCycle();
    }
  }
  const run = defineWorkflow(Feed, { name });
  return Object.defineProperty(run, FEED, { value: options }) as FeedWorkflow;
}
