import { defineSchema, defineWorkflow, many, StatefulWorkflow } from '@stateful-workflow/core/workflow';

const schema = defineSchema({
  Desk: { relations: { tickets: many('Ticket') } },
  Ticket: { relations: { comments: many('Comment') } },
  Comment: {},
});

/** A real hierarchy of three levels, which holds what it is told. */
class Desk extends StatefulWorkflow {
  override readonly schema = schema;
  override readonly managedPaths = { tickets: true } as const;
}
export const DeskWorkflow = defineWorkflow(Desk);

class Ticket extends StatefulWorkflow {
  override readonly schema = schema;
  override readonly managedPaths = { comments: true } as const;
}
export const TicketWorkflow = defineWorkflow(Ticket);

class Comment extends StatefulWorkflow {
  override readonly schema = schema;
}
export const CommentWorkflow = defineWorkflow(Comment);

/** One that the server lists by its status. */
class ListedDesk extends Desk {
  override readonly searchAttributes = true;
}
export const ListedDeskWorkflow = defineWorkflow(ListedDesk);
