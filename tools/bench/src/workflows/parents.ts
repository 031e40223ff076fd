import { defineSchema, defineWorkflow, many, StatefulWorkflow } from '@stateful-workflow/core/workflow';

/** Where the children run, so that their own heap is not the parent's worker's. */
export const CHILDREN_QUEUE = 'bench-children';

const schema = defineSchema({ Customer: { relations: { tickets: many('Ticket') } }, Ticket: {} });

/** A customer that holds its tickets, and no more. */
class Holder extends StatefulWorkflow {
  override readonly schema = schema;
}
export const HolderWorkflow = defineWorkflow(Holder);

/** A customer with a child for each ticket. */
class Parent extends StatefulWorkflow {
  override readonly schema = schema;
  override readonly managedPaths = {
    tickets: { workflowType: 'QuietTicketWorkflow', taskQueue: CHILDREN_QUEUE },
  };
}
export const ParentWorkflow = defineWorkflow(Parent);

/** The child of a ticket. */
class QuietTicket extends StatefulWorkflow {
  override readonly schema = schema;
}
export const QuietTicketWorkflow = defineWorkflow(QuietTicket);
