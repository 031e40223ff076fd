import { defineWorkflow, StatefulWorkflow } from '../../src/workflow';
import { Desk, deskSchema, Ticket } from './hierarchy';
import { scripted } from './sources';

/** A desk whose tickets load their comments themselves, each of which has a workflow. */
class SortingDesk extends Desk {
  override readonly managedPaths: StatefulWorkflow['managedPaths'] = {
    tickets: { workflowType: 'SortingTicketWorkflow' },
  };
}
export const SortingDeskWorkflow = defineWorkflow(SortingDesk);

class SortingTicket extends Ticket {
  override readonly sources = { comments: scripted('comments') };
  override readonly managedPaths: StatefulWorkflow['managedPaths'] = {
    comments: { workflowType: 'SortedCommentWorkflow' },
  };
}
export const SortingTicketWorkflow = defineWorkflow(SortingTicket);

class SortedComment extends StatefulWorkflow {
  override readonly schema = deskSchema;
}
export const SortedCommentWorkflow = defineWorkflow(SortedComment);

/** A desk whose tickets load their comments themselves, and have no workflows for them. */
class GatheringDesk extends Desk {
  override readonly managedPaths: StatefulWorkflow['managedPaths'] = {
    tickets: { workflowType: 'GatheringTicketWorkflow' },
  };
}
export const GatheringDeskWorkflow = defineWorkflow(GatheringDesk);

class GatheringTicket extends Ticket {
  override readonly sources = { comments: scripted('comments') };
}
export const GatheringTicketWorkflow = defineWorkflow(GatheringTicket);
