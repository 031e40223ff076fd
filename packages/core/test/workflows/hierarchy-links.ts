import { condition, defineQuery, defineSignal, setHandler } from '@temporalio/workflow';
import { defineSchema, defineWorkflow, many, one, StatefulWorkflow } from '../../src/workflow';

/** Entities whose relations lead down, back up and round in circles. */
const schema = defineSchema({
  Office: { relations: { desks: many('Desk') } },
  Desk: { relations: { tickets: many('Ticket'), office: one('Office') } },
  Ticket: {
    relations: {
      comments: many('Comment'),
      related: many('Ticket'),
      desk: one('Desk'),
      office: one('Office'),
    },
  },
  Comment: {},
});

export interface LinkedTicketData {
  readonly id: string;
  readonly title?: string;
  readonly related?: readonly unknown[];
}

export interface TeamDeskData {
  readonly id: string;
  readonly name?: string;
  readonly tickets?: readonly LinkedTicketData[];
}

/** Holds what it is told, and gives everything that it leads to a workflow. */
class HeadOffice extends StatefulWorkflow {
  override readonly schema = schema;
  override readonly managedPaths = { desks: { workflowType: 'TeamDeskWorkflow' } };
}
export const HeadOfficeWorkflow = defineWorkflow(HeadOffice);

class TeamDesk extends StatefulWorkflow<TeamDeskData> {
  override readonly schema = schema;
  override readonly managedPaths = {
    tickets: { workflowType: 'LinkedTicketWorkflow' },
    office: { workflowType: 'HeadOfficeWorkflow' },
  };
}
export const TeamDeskWorkflow = defineWorkflow(TeamDesk);

class LinkedTicket extends StatefulWorkflow<LinkedTicketData> {
  override readonly schema = schema;
  override readonly managedPaths = {
    related: { workflowType: 'LinkedTicketWorkflow' },
    desk: { workflowType: 'TeamDeskWorkflow' },
    office: { workflowType: 'HeadOfficeWorkflow' },
  };
}
export const LinkedTicketWorkflow = defineWorkflow(LinkedTicket);

/** A signal as {@link ListeningWorkflow} heard it. */
export interface Heard {
  readonly signal: string;
  readonly payload: unknown;
}

/** No workflow of this project: it keeps what it is sent, until it is told to stop. */
export async function ListeningWorkflow(): Promise<void> {
  const heard: Heard[] = [];
  let stopped = false;
  for (const signal of ['update', 'delete'])
    setHandler(defineSignal<[unknown]>(signal), (payload) => void heard.push({ signal, payload }));
  setHandler(defineSignal('stop'), () => void (stopped = true));
  setHandler(defineQuery('heard'), () => heard);
  await condition(() => stopped);
}
