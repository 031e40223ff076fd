import { proxyActivities } from '@temporalio/workflow';
import { defineWorkflow, StatefulWorkflow } from '@stateful-workflow/core/workflow';
import { CommentWorkflow } from './desk';

const { mail } = proxyActivities<{ mail(): Promise<void> }>({ startToCloseTimeout: '1 minute' });

/** As it might be deployed next: with an activity that runs which have begun do not know. */
class Ticket extends StatefulWorkflow {
  override async execute(): Promise<void> {
    await mail();
  }
}
export const TicketWorkflow = defineWorkflow(Ticket);

export { CommentWorkflow };
