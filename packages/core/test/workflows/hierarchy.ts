import { defineQuery, setHandler } from '@temporalio/workflow';
import { type Cycle, defineSchema, defineWorkflow, many, one, StatefulWorkflow } from '../../src/workflow';
import { scripted } from './sources';

/** A desk and its tickets, which have comments and lead back to the desk. */
export const deskSchema = defineSchema({
  Desk: { relations: { tickets: many('Ticket'), lead: one('Agent') } },
  Ticket: { relations: { comments: many('Comment'), desk: one('Desk') } },
  Comment: {},
  Agent: {},
});

export interface TicketData {
  readonly id: string;
  readonly title?: string;
  readonly status?: string;
  readonly note?: string;
  readonly comments?: readonly { readonly id: string; readonly text?: string }[];
}

export interface DeskData {
  readonly id: string;
  readonly name?: string;
  readonly tickets?: readonly TicketData[];
}

/** One that remembers what started its cycles. */
abstract class Remembering<Data> extends StatefulWorkflow<Data> {
  override readonly schema = deskSchema;
  readonly triggers: string[] = [];

  override setup(): void {
    setHandler(defineQuery('triggers'), () => this.triggers);
  }

  override async execute({ triggers }: Cycle): Promise<void> {
    this.triggers.push(...triggers);
  }
}

/** A parent that loads its tickets; each gets a workflow. */
export class Desk extends Remembering<DeskData> {
  override readonly sources = { tickets: scripted('tickets') };
  override readonly managedPaths: StatefulWorkflow['managedPaths'] = { tickets: true };
}
export const DeskWorkflow = defineWorkflow(Desk);

/** A child without a source of its own. */
export class Ticket extends Remembering<TicketData> {}
export const TicketWorkflow = defineWorkflow(Ticket);
