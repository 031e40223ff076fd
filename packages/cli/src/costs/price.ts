import type { Usage } from './fleet';

/** Temporal Cloud's list price for those who pay as they go on the Business plan, in US dollars. */
export const LIST_PRICE = {
  /** When it was read, and where. */
  readOn: '30 November 2026',
  source: 'https://docs.temporal.io/cloud/pricing',
  /** Of a million Actions, up to so many millions in a month. */
  actions: [
    { upTo: 5, price: 50 },
    { upTo: 10, price: 45 },
    { upTo: 20, price: 40 },
    { upTo: 50, price: 35 },
    { upTo: 100, price: 30 },
    // From 200 million on there is no list price: the last one is reckoned with.
    { upTo: Infinity, price: 25 },
  ],
  /** Of a gigabyte of open workflows for an hour. */
  activeGigabyteHour: 0.042,
} as const;

const HOURS = 30 * 24;

/** What is used in a month, at list price, in US dollars: without the plan, and what it includes. */
export function priceOf({ actions, activeBytes }: Pick<Usage, 'actions' | 'activeBytes'>): {
  readonly actions: number;
  readonly storage: number;
} {
  let from = 0;
  let price = 0;
  for (const tier of LIST_PRICE.actions) {
    price += Math.max(Math.min(actions / 1e6, tier.upTo) - from, 0) * tier.price;
    from = tier.upTo;
  }
  return { actions: price, storage: (activeBytes / 1e9) * HOURS * LIST_PRICE.activeGigabyteHour };
}
