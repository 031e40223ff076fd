import {
  ApplicationFailure,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { type ChangeSet, type Cycle, defineWorkflow, StatefulWorkflow } from '../../src/workflow';
import { Customer } from './customer';
import { Desk } from './hierarchy';
import { type CustomerData, schema, scripted } from './sources';

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

/** The same, in runs that have room for what comes of a sudden. */
class RoomyWaiting extends Waiting {
  override readonly maxHistoryEvents = 120;
}
export const RoomyWaitingWorkflow = defineWorkflow(RoomyWaiting);

/** The same, in runs that have hardly room for one load more. */
class BriefWaiting extends Waiting {
  override readonly maxHistoryEvents = 30;
}
export const BriefWaitingWorkflow = defineWorkflow(BriefWaiting);

/** Continues as new at once, with signals of its own. */
class RestlessTold extends Told {
  override readonly maxHistoryEvents = 10;
}
export const RestlessToldWorkflow = defineWorkflow(RestlessTold);

/** A source that is left alone for long once it fails, and a signal that loads nevertheless. */
class Insistent extends Customer {
  override readonly sources = {
    profile: scripted('profile', { maximumAttempts: 1 }),
    contacts: scripted('contacts', { maximumAttempts: 1 }),
  };
  override readonly refresh = { every: '1 hour', jitter: 0, staleAfter: '1 hour' } as const;

  override setup(): void {
    super.setup();
    setHandler(defineSignal<[boolean]>('cycle'), (load) => this.requestCycle({ load }));
  }
}
export const InsistentWorkflow = defineWorkflow(Insistent);

/** Says of each cycle what onChange() heard and execute() saw of the plan, and changes things itself in both. */
class Hearing extends Customer {
  readonly plans: string[] = [];

  override setup(): void {
    super.setup();
    setHandler(defineQuery('plans'), () => this.plans);
  }

  override onChange(changes: ChangeSet): void {
    super.onChange(changes);
    this.#note('heard', changes);
    this.update({ entityName: this.entityName, data: { tier: `tier of ${this.data?.plan}` } });
  }

  override async execute(cycle: Cycle): Promise<void> {
    await super.execute(cycle);
    this.#note('seen', cycle.changes);
  }

  #note(how: string, { upserts }: ChangeSet): void {
    const { plan, tier } = upserts[this.entityName]?.[this.id] ?? {};
    if (plan ?? tier) this.plans.push(`${how} ${JSON.stringify({ plan, tier })}`);
  }
}
export const HearingWorkflow = defineWorkflow(Hearing);

/** Hands little to its next run: less than twice what its source gives. */
class Tight extends Customer {
  override readonly maxHistoryEvents = 60;
  override readonly maxStateBytes = 12_000;
}
export const TightWorkflow = defineWorkflow(Tight);

/** Fails its first attempt. */
class Failing extends StatefulWorkflow<CustomerData> {
  override readonly schema = schema;
  override async execute(): Promise<void> {
    if (workflowInfo().attempt === 1) throw ApplicationFailure.retryable('the first attempt');
  }
}
export const FailingWorkflow = defineWorkflow(Failing);

/** Has to continue as new early. */
class Brief extends Customer {
  override readonly maxHistoryEvents = 60;
}
export const BriefWorkflow = defineWorkflow(Brief);

/** Has some room. */
class Roomy extends Customer {
  override readonly maxHistoryEvents = 200;
}
export const RoomyWorkflow = defineWorkflow(Roomy);

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
  override readonly maxHistoryEvents: number = 60;
}
export const BriefDeskWorkflow = defineWorkflow(BriefDesk);

/** The same, with hooks that take a while. */
class BriefSlowDesk extends BriefDesk {
  override readonly maxHistoryEvents: number = 120;

  override async execute(cycle: Cycle): Promise<void> {
    await super.execute(cycle);
    await sleep('200 ms');
  }

  override async onContinue(): Promise<void> {
    await sleep('300 ms');
  }
}
export const BriefSlowDeskWorkflow = defineWorkflow(BriefSlowDesk);
