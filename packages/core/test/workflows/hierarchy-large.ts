import { defineSchema, defineWorkflow, many, StatefulWorkflow } from '../../src/workflow';
import { Desk, deskSchema } from './hierarchy';

export { TicketWorkflow } from './hierarchy';

type Paths = StatefulWorkflow['managedPaths'];

// What these have very many of is looked after seldom: that is not what their tests are about.

/** Shelves between a desk and its tickets: no workflow has more than so many children. */
const roomSchema = defineSchema({
  ...deskSchema,
  Desk: { relations: { shelves: many('Shelf') } },
  Shelf: { relations: { tickets: many('Ticket') } },
});

class Room extends Desk {
  override readonly schema = roomSchema as unknown as typeof deskSchema;
  override readonly sources = {} as Desk['sources'];
  override readonly managedPaths: Paths = { shelves: true };
}
export const RoomDeskWorkflow = defineWorkflow(Room, { name: 'RoomDeskWorkflow' });

class Shelf extends Room {
  override readonly managedPaths: Paths = { tickets: { checkEvery: '1 hour' } };
}
export const ShelfWorkflow = defineWorkflow(Shelf);

/** A node of a tree of any depth: each of its nodes has a workflow. */
const nodeSchema = defineSchema({ Node: { relations: { nodes: many('Node') } } });

export interface TreeNode {
  readonly id: string;
  readonly nodes?: readonly TreeNode[];
}

export class Node extends StatefulWorkflow<TreeNode> {
  override readonly schema = nodeSchema;
  override readonly sources: StatefulWorkflow['sources'] = {};
  override readonly managedPaths: Paths = { nodes: { checkEvery: '1 hour' } };
}
export const NodeWorkflow = defineWorkflow(Node);
