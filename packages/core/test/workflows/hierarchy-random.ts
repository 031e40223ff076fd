import { defineWorkflow, StatefulWorkflow } from '../../src/workflow';
import { type DeskData, deskSchema, type TicketData } from './hierarchy';
import { scripted } from './sources';

/** Three levels that continue as new all the time: a desk, its tickets, their comments. */
class RollingDesk extends StatefulWorkflow<DeskData> {
  override readonly schema = deskSchema;
  override readonly sources = { tickets: scripted('tickets') };
  override readonly managedPaths = {
    tickets: { workflowType: 'RollingTicketWorkflow', checkEvery: '3 seconds' },
  } as const;
  override readonly maxHistoryEvents = 150;
}
export const RollingDeskWorkflow = defineWorkflow(RollingDesk);

class RollingTicket extends StatefulWorkflow<TicketData> {
  override readonly schema = deskSchema;
  override readonly managedPaths = {
    comments: { workflowType: 'RollingCommentWorkflow', checkEvery: '3 seconds' },
  } as const;
  override readonly maxHistoryEvents = 100;
}
export const RollingTicketWorkflow = defineWorkflow(RollingTicket);

class RollingComment extends StatefulWorkflow {
  override readonly schema = deskSchema;
  override readonly maxHistoryEvents = 100;
}
export const RollingCommentWorkflow = defineWorkflow(RollingComment);
