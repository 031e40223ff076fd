import { defineSignal, setHandler } from '@temporalio/workflow';
import { defineSchema, defineWorkflow, many, one, StatefulWorkflow } from '../../src/workflow';
import { Desk, deskSchema, Ticket } from './hierarchy';
import { Node } from './hierarchy-large';
import { scripted } from './sources';

type Paths = StatefulWorkflow['managedPaths'];

/** A desk whose paths have these options; its type is `${name}DeskWorkflow`. */
function desk(name: string, paths: Paths) {
  return defineWorkflow(
    class extends Desk {
      override readonly managedPaths = paths;
    },
    { name: `${name}DeskWorkflow` },
  );
}

// Who a child is.
export const EveryPathDeskWorkflow = desk('EveryPath', true);
export const LoadingDeskWorkflow = desk('Loading', { tickets: { workflowType: 'LoadingTicketWorkflow' } });
export const RenamingDeskWorkflow = desk('Renaming', { tickets: { entityName: 'Case' } });
export const CodedDeskWorkflow = desk('Coded', { tickets: { idAttribute: 'code' } });
export const NumberedDeskWorkflow = desk('Numbered', { tickets: { idAttribute: ['queue', 'number'] } });
export const LedDeskWorkflow = desk('Led', { lead: true });
export const ParentalDeskWorkflow = desk('Parental', { tickets: { includeParentId: true } });
export const ElsewhereDeskWorkflow = desk('Elsewhere', { tickets: { taskQueue: 'test-elsewhere' } });

// When it starts and stops.
export const LimitedDeskWorkflow = desk('Limited', { tickets: { maxConcurrentStarts: 2 } });
export const PickyDeskWorkflow = desk('Picky', {
  tickets: { condition: (item) => item['status'] === 'open' },
});
export const TalkativeDeskWorkflow = desk('Talkative', {
  tickets: {
    condition: ({ comments = [] }) => (comments as { text?: string }[]).some(({ text }) => text === 'go'),
  },
});
export const CompletingDeskWorkflow = desk('Completing', { tickets: { onRemoved: 'complete' } });
export const KeepingDeskWorkflow = desk('Keeping', { tickets: { onRemoved: 'keep' } });
export const ApprovalDeskWorkflow = desk('Approval', { tickets: { workflowType: 'ApprovalTicketWorkflow' } });
export const ForgivingDeskWorkflow = desk('Forgiving', { tickets: { restart: false } });

/** Starts children when it is told to. */
class Manual extends Desk {
  override readonly managedPaths: Paths = { tickets: { autoStart: false } };

  override setup(): void {
    super.setup();
    setHandler(defineSignal<[string, string]>('take'), (path, id) => {
      try {
        this.startChild(path, id);
      } catch (error) {
        this.update({ entityName: 'Desk', data: { refused: (error as Error).message } });
      }
    });
  }
}
export const ManualDeskWorkflow = defineWorkflow(Manual, { name: 'ManualDeskWorkflow' });

/** Has children while it is open. */
class Opening extends Desk {
  override readonly managedPaths: Paths = { tickets: { condition: () => this.data?.name === 'open' } };
}
export const OpeningDeskWorkflow = defineWorkflow(Opening, { name: 'OpeningDeskWorkflow' });

/** Says what it knows of its children, as `execute()` sees them. */
class Counting extends Desk {
  override async execute(): Promise<void> {
    const seen = this.children.map(({ workflowId, status }) => `${workflowId} ${status}`);
    this.update({ entityName: 'Desk', data: { seen } });
  }
}
export const CountingDeskWorkflow = defineWorkflow(Counting, { name: 'CountingDeskWorkflow' });

// What it is given, and who loads.
export const ShoutingDeskWorkflow = desk('Shouting', {
  tickets: {
    processData: ({ id, title, note }) => ({
      id,
      ...(typeof title === 'string' && { title: title.toUpperCase() }),
      ...(note !== undefined && { note }),
    }),
  },
});
/** Gives its tickets something of its own. */
class Signing extends Desk {
  override readonly managedPaths: Paths = {
    tickets: { processData: ({ id, title }) => ({ id, title, signed: this.data?.name }) },
  };
}
export const SigningDeskWorkflow = defineWorkflow(Signing, { name: 'SigningDeskWorkflow' });
export const ProvidingDeskWorkflow = desk('Providing', {
  tickets: { workflowType: 'LoadingTicketWorkflow', loads: 'parent' },
});

/** A child with a source of its own. */
class LoadingTicket extends Ticket {
  override readonly sources = { self: scripted('ticket') };
}
export const LoadingTicketWorkflow = defineWorkflow(LoadingTicket);

/** A ticket, as the workflow of {@link RenamingDeskWorkflow}'s children calls it. */
class Case extends Ticket {
  override readonly schema = defineSchema({ ...deskSchema, Case: deskSchema.Ticket });
}
export const CaseWorkflow = defineWorkflow(Case);

class Agent extends Ticket {}
export const AgentWorkflow = defineWorkflow(Agent);

/** Knows nothing but itself. */
class Plain extends StatefulWorkflow {}
export const PlainWorkflow = defineWorkflow(Plain);
export const PlainDeskWorkflow = desk('Plain', { tickets: { workflowType: 'PlainWorkflow' } });

// More than one path.
const officeSchema = defineSchema({
  ...deskSchema,
  Desk: {
    relations: {
      tickets: many('Ticket'),
      urgent: many('Ticket'),
      faults: many('Fault'),
      lots: many('Lot'),
      lead: one('Agent'),
    },
  },
  Fault: {},
  Lot: { idAttribute: ['region', 'number'] },
});

class Office extends Desk {
  override readonly schema = officeSchema as unknown as typeof deskSchema;
  override readonly managedPaths: Paths = {
    tickets: true,
    urgent: true,
    faults: { entityName: 'Ticket' },
    lots: true,
  };
}
export const OfficeDeskWorkflow = defineWorkflow(Office, { name: 'OfficeDeskWorkflow' });

class Lot extends Ticket {
  override readonly schema = officeSchema as unknown as typeof deskSchema;
}
export const LotWorkflow = defineWorkflow(Lot);

// Misdeclared: each fails as it starts.
export const LostDeskWorkflow = desk('Lost', { nowhere: true });
export const IllNamedDeskWorkflow = desk('IllNamed', { tickets: { entityName: 'a ticket' } });
export const OpenDeskWorkflow = desk('Open', { tickets: { credentials: 'hunter2' as 'none' } });
export const IdleDeskWorkflow = desk('Idle', { tickets: { maxConcurrentStarts: 0 } });
export const OftenDeskWorkflow = desk('Often', { tickets: { checkEvery: 'often' as '1 minute' } });

// Credentials and addresses.
export const FixedDeskWorkflow = desk('Fixed', {
  tickets: { workflowType: 'LoadingTicketWorkflow', credentials: 'secret:SECOND' },
});
export const BareDeskWorkflow = desk('Bare', {
  tickets: { workflowType: 'LoadingTicketWorkflow', credentials: 'none' },
});
export const MovingDeskWorkflow = desk('Moving', {
  tickets: { workflowType: 'LoadingTicketWorkflow', apiUrl: 'inherit' },
});

// Start failures.
export const UnknownDeskWorkflow = desk('Unknown', {
  tickets: {
    workflowType: 'NobodysWorkflow',
    checkEvery: '1 second',
    condition: ({ title }) => title !== 'known',
  },
  lead: true,
});
export const WatchedDeskWorkflow = desk('Watched', {
  tickets: { workflowType: 'LoadingTicketWorkflow', checkEvery: '1 second' },
});
export const MisroutedDeskWorkflow = desk('Misrouted', {
  tickets: { taskQueue: 'test-nobody', checkEvery: '1 second' },
});

/** No workflow of this project, and deaf: it ends when it is terminated. */
export async function DeafWorkflow(): Promise<void> {
  await new Promise(() => {});
}

/** A node that loads something, to see with which token. */
class LoadingNode extends Node {
  override readonly sources = { self: scripted('ticket') };
  override readonly managedPaths: Paths = { nodes: { workflowType: 'LoadingNodeWorkflow' } };
}
export const LoadingNodeWorkflow = defineWorkflow(LoadingNode);
