import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import { defineWorkflow, StatefulWorkflow } from '../../src/workflow';
import { Desk, type DeskData, deskSchema, Ticket } from './hierarchy';
import { scripted } from './sources';

/** A desk that continues as new all the time; its tickets do not. */
class RestlessDesk extends Desk {
  override readonly maxHistoryEvents = 50;
}
export const RestlessDeskWorkflow = defineWorkflow(RestlessDesk);

/** A ticket that continues as new all the time. */
class RestlessTicket extends Ticket {
  override readonly maxHistoryEvents = 25;
}
export const RestlessTicketWorkflow = defineWorkflow(RestlessTicket);

/** A desk whose tickets continue as new all the time. */
class SteadyDesk extends Desk {
  override readonly managedPaths = { tickets: { workflowType: 'RestlessTicketWorkflow' } };
}
export const SteadyDeskWorkflow = defineWorkflow(SteadyDesk);

/** Both continue as new all the time. */
class RollingBothDesk extends RestlessDesk {
  override readonly managedPaths = { tickets: { workflowType: 'RestlessTicketWorkflow' } };
}
export const RollingBothDeskWorkflow = defineWorkflow(RollingBothDesk);

/** Where the tickets of some desks have their workers: a test may leave them without. */
const AWAY = '-tickets';

/** A restless desk whose tickets have workers of their own, which may be away. */
class AwayDesk extends RestlessDesk {
  override readonly managedPaths = {
    tickets: { workflowType: 'TicketWorkflow', taskQueue: workflowInfo().taskQueue + AWAY },
  };
}
export const AwayDeskWorkflow = defineWorkflow(AwayDesk);

/** A desk whose tickets nobody works for, unless a test does. */
class UnstaffedDesk extends Desk {
  override readonly managedPaths = {
    tickets: { workflowType: 'TicketWorkflow', taskQueue: workflowInfo().taskQueue + AWAY },
  };
}
export const UnstaffedDeskWorkflow = defineWorkflow(UnstaffedDesk);

/** Removes its tickets in the very moment before it continues as new, with as much under way as may be. */
class LastMinuteDesk extends RestlessDesk {
  override readonly maxStateBytes = 2_090_000;

  override async onContinue(): Promise<void> {
    const tickets = this.data?.tickets ?? [];
    if (this.data?.name !== 'clear' || tickets.length === 0) return;
    for (const { id } of tickets.slice(0, 4))
      this.update({ entityName: 'Ticket', data: { id, note: 'x'.repeat(250_000) } });
    // What is to be sent of that begins to be sent a moment later.
    for (let i = 0; i < 20; i++) await Promise.resolve();
    this.update({ entityName: 'Desk', data: { id: this.id, tickets: [] }, strategy: '$set' });
  }
}
export const LastMinuteDeskWorkflow = defineWorkflow(LastMinuteDesk);

/** A ticket that fails when its title says so, and whose comments have workflows too. */
class MortalTicket extends Ticket {
  override readonly managedPaths: StatefulWorkflow['managedPaths'] = {
    comments: { workflowType: 'MortalCommentWorkflow', checkEvery: '1 second' },
  };

  override async execute(): Promise<void> {
    if (this.data?.title === 'bad') throw ApplicationFailure.nonRetryable('the title is bad');
  }
}
export const MortalTicketWorkflow = defineWorkflow(MortalTicket);

class MortalComment extends StatefulWorkflow {
  override readonly schema = deskSchema;
}
export const MortalCommentWorkflow = defineWorkflow(MortalComment);

const MORTAL = { workflowType: 'MortalTicketWorkflow', checkEvery: '1 second' } as const;

/** A desk that fails when its name says so, over tickets that look after it. */
class MortalDesk extends Desk {
  override readonly managedPaths: StatefulWorkflow['managedPaths'] = { tickets: MORTAL };

  override async execute(): Promise<void> {
    if (this.data?.name === 'bad') throw ApplicationFailure.nonRetryable('the name is bad');
  }
}
export const MortalDeskWorkflow = defineWorkflow(MortalDesk);

/** The same, and its tickets outlive it. */
class OutlivedDesk extends MortalDesk {
  override readonly managedPaths = { tickets: { ...MORTAL, orphanPolicy: 'keep' } } as const;
}
export const OutlivedDeskWorkflow = defineWorkflow(OutlivedDesk);

/** A desk that continues as new all the time and looks after its tickets. */
class WatchfulDesk extends RestlessDesk {
  override readonly managedPaths: StatefulWorkflow['managedPaths'] = { tickets: { checkEvery: '1 second' } };
}
export const WatchfulDeskWorkflow = defineWorkflow(WatchfulDesk);

/** The same, over tickets that are not started again. */
class WatchfulOnceDesk extends RestlessDesk {
  override readonly managedPaths = { tickets: { checkEvery: '1 second', restart: false } } as const;
}
export const WatchfulOnceDeskWorkflow = defineWorkflow(WatchfulOnceDesk);

/** The same, and it continues as new more often than it looks. */
class PatientWatchfulDesk extends RestlessDesk {
  override readonly managedPaths = { tickets: { checkEvery: '10 seconds' } } as const;
}
export const PatientWatchfulDeskWorkflow = defineWorkflow(PatientWatchfulDesk);

/** Desks whose tickets look after them seldom. */
class PatientDesk extends Desk {
  override readonly managedPaths = { tickets: { workflowType: 'MortalTicketWorkflow' } };
}
export const PatientDeskWorkflow = defineWorkflow(PatientDesk);

class PatientKeepingDesk extends Desk {
  override readonly managedPaths = {
    tickets: { workflowType: 'MortalTicketWorkflow', orphanPolicy: 'keep' },
  } as const;
}
export const PatientKeepingDeskWorkflow = defineWorkflow(PatientKeepingDesk);

/** A desk over tickets that it keeps, and it alone loads as long as it is there. */
class ProvidingMortalDesk extends MortalDesk {
  override readonly managedPaths = {
    tickets: {
      workflowType: 'WeanedTicketWorkflow',
      checkEvery: '1 second',
      orphanPolicy: 'keep',
      loads: 'parent',
    },
  } as const;
}
export const ProvidingMortalDeskWorkflow = defineWorkflow(ProvidingMortalDesk);

/** A ticket that has a source of its own, and continues as new all the time. */
class WeanedTicket extends RestlessTicket {
  override readonly sources = { ticket: scripted('ticket', { into: 'root' }) };
}
export const WeanedTicketWorkflow = defineWorkflow(WeanedTicket);

/** A desk that continues as new all the time, over tickets that may fail. */
class RestlessMortalDesk extends MortalDesk {
  override readonly maxHistoryEvents = 50;
}
export const RestlessMortalDeskWorkflow = defineWorkflow(RestlessMortalDesk);

/** A desk that starts its tickets few at a time. */
class GradualDesk extends StatefulWorkflow<DeskData> {
  override readonly schema = deskSchema;
  override readonly sources = { tickets: scripted('tickets') };
  override readonly managedPaths = {
    tickets: { workflowType: 'TicketWorkflow', maxConcurrentStarts: 50 },
  } as const;
}
export const GradualDeskWorkflow = defineWorkflow(GradualDesk);

/** A desk that continues as new when much has happened, which is more than the signals of a test. */
class LongDesk extends Desk {
  override readonly maxHistoryEvents: number = 200;
}
export const LongDeskWorkflow = defineWorkflow(LongDesk);

class LongTicket extends Ticket {
  override readonly maxHistoryEvents = 200;
}
export const LongTicketWorkflow = defineWorkflow(LongTicket);

/** A desk whose tickets do so. */
class SteadyLongDesk extends Desk {
  override readonly managedPaths = { tickets: { workflowType: 'LongTicketWorkflow' } };
}
export const SteadyLongDeskWorkflow = defineWorkflow(SteadyLongDesk);
