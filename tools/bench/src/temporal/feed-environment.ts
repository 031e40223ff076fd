import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { feedAdapter } from '@stateful-workflow/feed';
import type { Bench } from '../benchmark';
import { ChildReports } from '../hierarchy/child-reports';
import { TicketsFeed } from '../workflows/fed-tickets';
import { workflowCode } from './bundle';
import type { Collection } from './collection';
import { deliveryByHandActivities } from './deliver-by-hand';
import { WorkerEnvironment } from './worker-environment';

/** A feed over a collection, and one that is written by hand. */
export interface FeedEnvironment {
  readonly feed: WorkflowHandle;
  readonly byHand: WorkflowHandle;
  /** Hears what the workflows of the entities hold. */
  readonly reports: ChildReports;
}

/** Starts both, on a server of their own, each over a collection. */
export async function startFeed(
  bench: Bench,
  collection: Collection,
  ofTheirs = collection,
): Promise<FeedEnvironment> {
  const { address } = await bench.temporal();
  const reports = new ChildReports();
  const environment = await WorkerEnvironment.start({
    address,
    sources: {},
    adapters: [collection.adapter(), feedAdapter({ feeds: [TicketsFeed] })],
    activities: deliveryByHandActivities(ofTheirs),
    workflowBundle: { code: await workflowCode() },
    worker: { sinks: reports.sinks, maxCachedWorkflows: 5_000 },
  });
  bench.cleanUp('The worker', () => environment.stop());
  const { client, taskQueue } = environment;
  const start = (type: string, args: readonly unknown[]): Promise<WorkflowHandle> =>
    client.workflow.start(type, { taskQueue, workflowId: `${type}-${randomUUID()}`, args: [...args] });
  const feed = await start('TicketsFeed', [{ id: 'all' }]);
  const byHand = await start('feedByHand', []);
  return { feed, byHand, reports };
}
