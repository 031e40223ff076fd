import {
  type ChildWorkflowHandle,
  condition,
  defineQuery,
  defineSignal,
  ParentClosePolicy,
  setHandler,
  startChild,
} from '@temporalio/workflow';
import type { Ticket } from '../measure/records';
import { reportBegun, reportToken } from './child-report-sinks';

/** What a parent is started with by hand. */
export interface HierarchyByHandInput {
  readonly id: string;
  readonly apiToken: string;
}

/** What a child is started with by hand. */
export interface TicketByHandInput {
  readonly id: string;
  readonly ticket: Ticket;
  readonly apiToken: string;
}

type TicketHandle = ChildWorkflowHandle<typeof ticketByHand>;

/** A parent as a good engineer writes it: children and signals go out together, and each is waited for. */
export async function hierarchyByHand({ id, apiToken: given }: HierarchyByHandInput): Promise<void> {
  let apiToken = given;
  let tickets: readonly Ticket[] = [];
  let children: Promise<readonly TicketHandle[]> = Promise.resolve([]);
  let cancelled = false;
  setHandler(defineQuery('data'), () => ({ id, tickets }));
  setHandler(defineQuery('apiToken'), () => ({ reference: apiToken }));
  setHandler(defineSignal<[{ readonly tickets: readonly Ticket[] }]>('data'), async ({ tickets: listed }) => {
    tickets = listed;
    children = Promise.all(
      tickets.map((ticket) =>
        startChild(ticketByHand, {
          workflowId: `Ticket-${ticket.id}`,
          args: [{ id: ticket.id, ticket, apiToken }],
          parentClosePolicy: ParentClosePolicy.ABANDON,
        }),
      ),
    );
    await children;
  });
  setHandler(defineSignal<[string]>('apiToken'), async (reference) => {
    apiToken = reference;
    const started = await children;
    await Promise.all(started.map((child) => child.signal('apiToken', reference)));
  });
  setHandler(defineSignal('cancel'), async () => {
    const started = await children;
    await Promise.all(started.map((child) => child.signal('cancel')));
    cancelled = true;
  });
  await condition(() => cancelled);
}

/** A child as it is written by hand: it holds its data and the token until it is cancelled. */
export async function ticketByHand({ ticket, apiToken: given }: TicketByHandInput): Promise<Ticket> {
  let data = ticket;
  let apiToken = given;
  let cancelled = false;
  setHandler(defineQuery('data'), () => data);
  setHandler(defineQuery('apiToken'), () => ({ reference: apiToken }));
  setHandler(defineSignal<[string]>('apiToken'), (reference) => {
    apiToken = reference;
    reportToken(apiToken);
  });
  setHandler(defineSignal<[Partial<Ticket>]>('update'), (changes) => {
    data = { ...data, ...changes };
  });
  setHandler(defineSignal('cancel'), () => {
    cancelled = true;
  });
  reportBegun(apiToken);
  await condition(() => cancelled);
  return data;
}
