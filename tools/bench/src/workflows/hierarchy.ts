import {
  type Cycle,
  defineSchema,
  defineWorkflow,
  many,
  StatefulWorkflow,
} from '@stateful-workflow/core/workflow';
import type { Ticket as TicketData } from '../measure/records';
import { reportBegun, reportToken } from './child-report-sinks';

const schema = defineSchema({ Customer: { relations: { tickets: many('Ticket') } }, Ticket: {} });

/** A customer with a child per ticket, and without sources: its tickets come by the signal `data`. */
class Hierarchy extends StatefulWorkflow {
  override readonly schema = schema;
  override readonly managedPaths = { tickets: { workflowType: 'TicketWorkflow' } };
}
export const HierarchyWorkflow = defineWorkflow(Hierarchy);

/** The child of a ticket; it says when it has begun, and when a cycle has taken in a new token. */
class Ticket extends StatefulWorkflow<TicketData> {
  override readonly schema = schema;

  override setup(): void {
    reportBegun(this.apiToken);
  }

  override async execute({ triggers }: Cycle): Promise<void> {
    if (triggers.has('apiToken')) reportToken(this.apiToken);
  }
}
export const TicketWorkflow = defineWorkflow(Ticket);
