import type { Client } from '@temporalio/client';
import type { Random } from './random';
import type { World } from './world';

/** Something that happens. Gives what it was, for a person; nothing when it cannot happen now. */
export type Step = (
  world: World,
  random: Random,
  client: Client,
) => string | undefined | Promise<string | undefined>;

/** Sends a signal to a workflow that may just be gone, as any client's can. */
async function signal(client: Client, workflowId: string, name: string, ...args: unknown[]): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).signal(name, ...args);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'WorkflowNotFoundError')) throw error;
  }
}

/** Every kind of step, with how often it happens. */
export const STEPS: readonly (readonly [weight: number, step: Step])[] = [
  [
    8,
    (world, random) => {
      const desk = random.pick(world.desks);
      if (desk === undefined || desk.tickets.size >= 8) return undefined;
      const id = world.id('t');
      desk.tickets.set(id, { id, title: random.word(), comments: new Map(), settled: true });
      return `add ${id} to ${desk.id}`;
    },
  ],
  [
    8,
    (world, random) => {
      const found = random.pick(world.tickets);
      if (found === undefined) return undefined;
      found.ticket.title = random.word();
      return `change the title of ${found.ticket.id}`;
    },
  ],
  [
    3,
    (world, random) => {
      const found = random.pick(world.tickets);
      if (found === undefined) return undefined;
      const { ticket, desk } = found;
      desk.tickets.delete(ticket.id);
      ticket.settled = false;
      return `remove ${ticket.id} from ${desk.id}`;
    },
  ],
  [
    4,
    (world, random) => {
      const found = random.pick(world.tickets);
      const to = random.pick(world.desks);
      if (found === undefined || to === undefined || to === found.desk) return undefined;
      found.desk.tickets.delete(found.ticket.id);
      found.ticket.settled = false;
      to.tickets.set(found.ticket.id, found.ticket);
      return `move ${found.ticket.id} from ${found.desk.id} to ${to.id}`;
    },
  ],
  [
    4,
    (world, random) => {
      const found = random.pick(world.tickets);
      const to = random.pick(world.desks);
      if (found === undefined || to === undefined || to.tickets.has(found.ticket.id)) return undefined;
      found.ticket.settled = false;
      to.tickets.set(found.ticket.id, found.ticket);
      return `have ${found.ticket.id} at ${to.id} as well`;
    },
  ],
  [
    4,
    async (world, random, client) => {
      const desk = random.pick(world.desks);
      if (desk === undefined) return undefined;
      desk.isPaused = !desk.isPaused;
      await signal(client, `Desk-${desk.id}`, desk.isPaused ? 'pause' : 'resume');
      return `${desk.isPaused ? 'pause' : 'resume'} ${desk.id}`;
    },
  ],
  [
    1,
    async (world, random, client) => {
      const found = random.pick(world.tickets);
      if (found === undefined) return undefined;
      found.ticket.settled = false;
      try {
        await client.workflow.getHandle(`Ticket-${found.ticket.id}`).terminate('by chance');
      } catch {
        // It does not run yet.
        return undefined;
      }
      return `terminate the workflow of ${found.ticket.id}`;
    },
  ],
  [
    7,
    (world, random) => {
      const found = random.pick(world.tickets);
      if (found === undefined || found.ticket.comments.size >= 3) return undefined;
      const id = world.id('k');
      found.ticket.comments.set(id, { id, text: random.word() });
      return `add ${id} to ${found.ticket.id}`;
    },
  ],
  [
    5,
    (world, random) => {
      const comment = random.pick(world.tickets.flatMap(({ ticket }) => [...ticket.comments.values()]));
      if (comment === undefined) return undefined;
      comment.text = random.word();
      return `change the text of ${comment.id}`;
    },
  ],
  [
    3,
    (world, random) => {
      const found = random.pick(world.tickets.filter(({ ticket }) => ticket.comments.size > 0));
      const comment = random.pick([...(found?.ticket.comments.values() ?? [])]);
      if (found === undefined || comment === undefined) return undefined;
      found.ticket.comments.delete(comment.id);
      const to = random.pick([...found.desk.tickets.values()]);
      if (to === undefined || to === found.ticket) return `remove ${comment.id} from ${found.ticket.id}`;
      to.comments.set(comment.id, comment);
      return `move ${comment.id} from ${found.ticket.id} to ${to.id}`;
    },
  ],
  [
    7,
    async (world, random, client) => {
      const found = random.pick(world.tickets);
      if (found === undefined) return undefined;
      const { ticket } = found;
      const note = random.word();
      try {
        const handle = client.workflow.getHandle(`Ticket-${ticket.id}`);
        await handle.signal('update', { entityName: 'Ticket', data: { id: ticket.id, note } });
      } catch {
        // It does not run yet.
        return undefined;
      }
      ticket.note = note;
      return `write a note to the workflow of ${ticket.id}`;
    },
  ],
  [
    3,
    async (world, random, client) => {
      const desk = random.pick(world.desks);
      if (desk === undefined) return undefined;
      desk.token = random.pick(['secret:FIRST', 'secret:SECOND', 'secret:THIRD']) ?? desk.token;
      await signal(client, `Desk-${desk.id}`, 'apiToken', desk.token);
      return `rotate the token of ${desk.id}`;
    },
  ],
  [
    14,
    async (world, random, client) => {
      const desk = random.pick(world.desks);
      if (desk === undefined) return undefined;
      await signal(client, `Desk-${desk.id}`, 'refresh', { acceptDeletions: true });
      return `refresh ${desk.id}`;
    },
  ],
  [
    1,
    async (world, random, client) => {
      const found = random.pick(world.tickets);
      if (found === undefined) return undefined;
      const { ticket } = found;
      // What was written to a workflow that ends before it has passed it on is lost with it.
      ticket.settled = false;
      await signal(client, `Ticket-${ticket.id}`, 'cancel');
      return `cancel the workflow of ${ticket.id}`;
    },
  ],
];
