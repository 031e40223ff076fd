import { condition, defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import { defineWorkflow, StatefulWorkflow } from '../../src/workflow';
import { Customer } from './customer';
import { Desk } from './hierarchy';
import { type CustomerData, schema } from './sources';

/** Holds what it is told, and notes what it holds whenever its own signal or update asks for it. */
class Told extends StatefulWorkflow<CustomerData> {
  override readonly schema = schema;
  readonly notes: string[] = [];

  override setup(): void {
    const note = (text: string): string => {
      this.notes.push(`${text}: ${this.data?.plan ?? 'no plan'}`);
      return this.notes.at(-1) ?? '';
    };
    // Two signals, set in an order that is none of arrival.
    setHandler(defineSignal<[string]>('second'), (text) => void note(text));
    setHandler(defineSignal<[string]>('first'), (text) => void note(text));
    setHandler(defineUpdate<string, [string]>('note'), note);
    setHandler(defineQuery('notes'), () => this.notes);
  }
}
export const ToldWorkflow = defineWorkflow(Told);

/** Has to continue as new early, and an update of its own that waits for what a load brings. */
class Waiting extends Customer {
  override readonly maxHistoryEvents: number = 60;

  override setup(): void {
    super.setup();
    setHandler(defineUpdate<string, [string]>('untilPlan'), async (plan) => {
      await condition(() => this.data?.plan === plan);
      return plan;
    });
  }
}
export const WaitingWorkflow = defineWorkflow(Waiting);

/** Continues as new at once, with signals of its own. */
class RestlessTold extends Told {
  override readonly maxHistoryEvents = 10;
}
export const RestlessToldWorkflow = defineWorkflow(RestlessTold);

/** Has to continue as new early. */
class Brief extends Customer {
  override readonly maxHistoryEvents = 60;
}
export const BriefWorkflow = defineWorkflow(Brief);

/** Never lets go of a run by itself. */
class Clinging extends Brief {
  override async onContinue(): Promise<void> {
    await condition(() => false);
  }
}
export const ClingingWorkflow = defineWorkflow(Clinging);

/** Watches, and has to continue as new early. */
class BriefWatching extends Customer {
  override readonly maxHistoryEvents = 60;
  override readonly refresh = { every: '1 second', watch: true, jitter: 0 } as const;
}
export const BriefWatchingWorkflow = defineWorkflow(BriefWatching);

/** A desk that has to continue as new early. */
class BriefDesk extends Desk {
  override readonly maxHistoryEvents = 60;
}
export const BriefDeskWorkflow = defineWorkflow(BriefDesk);
