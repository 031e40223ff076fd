import { defineQuery, setHandler } from '@temporalio/workflow';
import {
  type Cycle,
  defineSchema,
  defineWorkflow,
  many,
  StatefulWorkflow,
} from '@stateful-workflow/core/workflow';
import { defineFeed } from '../../src/workflow';
import { memory } from './memory';

interface TicketData {
  readonly id: string;
  readonly name: string;
}
export interface DeskData {
  readonly id: string;
  readonly tickets: readonly TicketData[];
}

const schema = defineSchema({ Desk: { relations: { tickets: many('Ticket') } }, Ticket: {} });

/** Knows which tickets there are; each has a workflow. It looks when it begins, and when somebody asks. */
class Desk extends StatefulWorkflow<DeskData> {
  readonly #triggers: string[] = [];
  override readonly schema = schema;
  override readonly sources = { tickets: memory({ list: true, whole: true, into: 'tickets' }) };
  override readonly managedPaths = { tickets: { workflowType: 'TicketWorkflow' } };

  override setup(): void {
    setHandler(defineQuery('triggers'), () => this.#triggers);
  }

  override async execute({ triggers }: Cycle): Promise<void> {
    this.#triggers.push(...triggers);
  }
}
export const DeskWorkflow = defineWorkflow(Desk);

/** A ticket of a desk, which a feed brings. */
class Ticket extends StatefulWorkflow<TicketData> {
  override readonly schema = schema;
  override readonly sources = { ticket: memory({ fedBy: 'TicketsFeed', into: 'root' }) };
}
export const TicketWorkflow = defineWorkflow(Ticket);

export const TicketsFeed = defineFeed({
  name: 'TicketsFeed',
  source: memory({ list: true, explicit: true }),
  into: { workflow: TicketWorkflow, source: 'ticket' },
  refresh: { every: '1 second', jitter: 0 },
});
