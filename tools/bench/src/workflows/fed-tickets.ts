import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import { defineSource, defineWorkflow, StatefulWorkflow } from '@stateful-workflow/core/workflow';
import { defineFeed } from '@stateful-workflow/feed/workflow';
import type { Ticket } from '../measure/records';
import type { DeliveryByHandActivities } from '../temporal/deliver-by-hand';
import { reportBegun } from './child-report-sinks';

const collection = (fedBy?: string) =>
  defineSource({ adapter: 'collection', package: '@stateful-workflow/bench' }, { fedBy });

/** A ticket that a feed keeps in step. It reports what it holds. */
class FedTicket extends StatefulWorkflow<Ticket> {
  override readonly sources = { ticket: collection('TicketsFeed') };

  override async execute(): Promise<void> {
    reportBegun(this.data?.subject);
  }
}
export const FedTicketWorkflow = defineWorkflow(FedTicket);

/** Looks every second, and delivers as fast as the server takes it. */
export const TicketsFeed = defineFeed({
  name: 'TicketsFeed',
  source: collection(),
  into: { workflow: FedTicketWorkflow, source: 'ticket' },
  refresh: { every: '1 second', jitter: 0 },
  concurrency: 20,
  perSecond: 100_000,
});

/** The same ticket without a source: whoever keeps it in step by hand sends it updates. */
class HandFedTicket extends StatefulWorkflow<Ticket> {
  override async execute(): Promise<void> {
    reportBegun(this.data?.subject);
  }
}
export const HandFedTicketWorkflow = defineWorkflow(HandFedTicket);

/** A feed as a good engineer writes it: asked to, an activity delivers what changed. */
export async function feedByHand(): Promise<void> {
  const { deliverChanged } = proxyActivities<DeliveryByHandActivities>({ startToCloseTimeout: '5 minutes' });
  let asked = 0;
  let since = 0;
  setHandler(defineSignal('look'), () => void asked++);
  for (;;) {
    await condition(() => asked > 0);
    asked = 0;
    since = await deliverChanged(since);
  }
}
