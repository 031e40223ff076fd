import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import {
  type Actions,
  actionsBetween,
  actionsOf,
  shownActions,
  type TemporalService,
  totalOf,
} from '@stateful-workflow/dev-services';
import { feedAdapter } from '@stateful-workflow/feed';
import { ChildReports } from '../hierarchy/child-reports';
import { tickets } from '../measure/records';
import { workflowCode } from '../temporal/bundle';
import { Collection } from '../temporal/collection';
import { historySize } from '../temporal/history';
import { until } from '../temporal/until';
import { WorkerEnvironment } from '../temporal/worker-environment';
import { TicketsFeed } from '../workflows/fed-tickets';
import type { EntityCost } from './measure';

const entities = 20;
const patienceMs = 120_000;
/** Until the look after one that found something, and what its workflow still had to do. */
const settleMs = 5_000;

/** Measures what a feed costs, and the workflows that it keeps in step: their start, a delivery, a look at a webhook. */
export async function measureFedCosts(
  server: TemporalService,
  progress: (line: string) => void,
): Promise<EntityCost[]> {
  const reports = new ChildReports();
  const records = tickets(entities);
  const collection = new Collection([]);
  const bench = await WorkerEnvironment.start({
    address: server.address,
    sources: {},
    adapters: [collection.adapter(), feedAdapter({ feeds: [TicketsFeed] })],
    workflowBundle: { code: await workflowCode() },
    worker: { sinks: reports.sinks },
  });
  const { client, taskQueue } = bench;
  const ids = records.map(({ id }) => `FedTicket-${id}`);
  const handles = ids.map((id) => client.workflow.getHandle(id));
  const costs: EntityCost[] = [];
  const counted = async (
    what: string,
    looked: readonly WorkflowHandle[],
    of: number,
    happens: () => Promise<unknown>,
  ): Promise<void> => {
    progress(what);
    const sizes = await Promise.all(looked.map((handle) => historySize(handle).catch(() => ({ bytes: 0 }))));
    const [before, requests] = [await actionsOf(server), collection.requests];
    await happens();
    const after = await actionsOf(server);
    const looks = collection.requests - requests;
    const grown = await Promise.all(looked.map(historySize));
    const actions: Actions = actionsBetween(before, after);
    costs.push({
      what,
      actions: totalOf(actions) / of,
      requests: looks / of,
      bytes: grown.reduce((sum, { bytes }, i) => sum + bytes - (sizes[i]?.bytes ?? 0), 0) / of,
      detail: `${shownActions(actions)} for ${of}`,
    });
  };
  const delivered = (subject: string): Promise<unknown> =>
    reports.time(`begun with ${subject}`, ids, patienceMs, async () =>
      collection.change(records.map((record) => ({ ...record, subject }))),
    );
  try {
    const feed = await client.workflow.start('TicketsFeed', {
      taskQueue,
      workflowId: `TicketsFeed-${randomUUID()}`,
      args: [{ id: 'all' }],
    });
    await until('the feed to look', patienceMs, () => collection.requests >= 3);
    await counted(
      'a workflow that a feed starts, the looks of the feed with it',
      handles,
      entities,
      async () => {
        await delivered('At the start');
        await sleep(settleMs);
      },
    );
    await counted(
      'a change that a feed delivers, the looks of the feed with it',
      handles,
      entities,
      async () => {
        await delivered('Delivered');
        await sleep(settleMs);
      },
    );
    await counted('ten looks of a feed, its history', [feed], 10, async () => {
      const from = collection.requests;
      await until('ten looks', patienceMs, () => collection.requests >= from + 10);
    });
    await counted(
      'a webhook of a workflow that a feed feeds, the looks of the feed with it',
      handles,
      entities,
      async () => {
        await Promise.all(handles.map((handle) => handle.signal('refresh')));
        await sleep(settleMs);
      },
    );
    return costs;
  } finally {
    await bench.stop();
  }
}
