import { defineQuery, setHandler } from '@temporalio/workflow';
import {
  type Cycle,
  defineWorkflow,
  type LoadFault,
  StatefulWorkflow,
  type StatefulWorkflowFunction,
} from '@stateful-workflow/core/workflow';
import { defineFeed, type FeedOptions, type FeedRecord, type FeedWorkflow } from '../../src/workflow';
import { memory } from './memory';

export * from './conformance';
export * from './desk';
export { RestFeed, RestCustomerWorkflow } from './rest';

export interface CustomerData {
  readonly id: string;
  readonly name: string;
  readonly visits: number;
}

/** What a customer's cycles were. */
export interface Seen {
  readonly cycles: readonly (readonly string[])[];
  readonly faults: readonly string[];
}

/** A customer whose profile a feed brings. */
abstract class FedCustomer extends StatefulWorkflow<CustomerData> {
  readonly #cycles: string[][] = [];
  readonly #faults: string[] = [];

  override setup(): void {
    setHandler(defineQuery<Seen>('seen'), () => ({ cycles: this.#cycles, faults: this.#faults }));
  }

  override async execute({ triggers }: Cycle): Promise<void> {
    this.#cycles.push([...triggers].sort());
  }

  override onLoadError({ kind }: LoadFault): void {
    this.#faults.push(kind);
  }
}

/** A feed, and customers of its own: a source names its feed. */
function fed(
  name: string,
  options: Partial<FeedOptions> = {},
): { readonly feed: FeedWorkflow; readonly customer: StatefulWorkflowFunction<CustomerData> } {
  class Customer extends FedCustomer {
    override readonly sources = { profile: memory({ fedBy: name, into: 'root', maximumAttempts: 1 }) };
    override readonly refresh = { every: '1 second', watch: true };
  }
  const customer = defineWorkflow(Customer, { name: `${name}Customer` });
  const feed = defineFeed({
    name,
    source: memory({ list: true, explicit: true }),
    into: { workflow: customer, source: 'profile', entityName: 'Customer' },
    refresh: { every: '1 second', jitter: 0 },
    perSecond: 10_000,
    ...options,
  });
  return { feed, customer };
}

const listed = memory({ list: true });
/** Hears of what changed and of what is gone. */
export const { feed: ChangesFeed, customer: ChangesFeedCustomer } = fed('ChangesFeed');
/** Reads everything at each look, and finds what is gone by that. */
export const { feed: SweptFeed, customer: SweptFeedCustomer } = fed('SweptFeed', {
  source: listed,
  sweep: { every: 1 },
});
export const { feed: TellingFeed, customer: TellingFeedCustomer } = fed('TellingFeed', { gone: 'tell' });
export const { feed: CancellingFeed, customer: CancellingFeedCustomer } = fed('CancellingFeed', {
  gone: 'cancel',
});
/** Starts those alone who have been here. */
export const { feed: ChoosyFeed, customer: ChoosyFeedCustomer } = fed('ChoosyFeed', {
  start: ({ visits }: FeedRecord) => Number(visits) > 0,
});
/** Looks when the source says so. */
export const { feed: HintedFeed, customer: HintedFeedCustomer } = fed('HintedFeed', {
  source: memory({ list: true, hints: true }),
  refresh: { every: '10 minutes' },
});
/** Hears of what is gone, and reads everything now and then. */
export const { feed: RandomFeed, customer: RandomFeedCustomer } = fed('RandomFeed', {
  sweep: { every: '5 seconds' },
  reportEvery: '1 second',
});
/** Tells after each page how far it got. */
export const { feed: SlicedFeed, customer: SlicedFeedCustomer } = fed('SlicedFeed', { reportEvery: 0 });
export const { feed: NeverFeed, customer: NeverFeedCustomer } = fed('NeverFeed', { start: 'never' });
