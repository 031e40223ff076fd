import type { Fleet, Usage, Way } from '../costs/fleet';
import { LIST_PRICE, priceOf } from '../costs/price';
import { USAGE } from '../costs/usage';
import { bytes, dollars, number } from '../render/amounts';
import { inColumns } from '../render/columns';
import type { Terminal } from '../render/terminal';
import type { Printer } from './context';

/** A fleet as the command line describes it. */
export interface CostsFlags extends Fleet {
  /** @default all of them */
  readonly way?: Way;
}

const WAYS: Readonly<Record<Way, string>> = {
  every: 'each loads at its interval',
  watch: 'each watches its sources',
  hints: 'each waits for hints, and looks at its interval',
  parent: 'parents watch for their children',
  webhooks: 'each hears by webhooks, and looks at its interval',
  feed: 'a feed looks for all',
  'feed-webhooks': 'each hears by webhooks, and a feed looks for all',
};

/** What can be said of how workflows learn of changes. */
export const ways = Object.keys(WAYS) as readonly Way[];

/** `costs`: reckons what a fleet costs in a month. Asks no server. */
export function costs(printer: Printer, flags: CostsFlags): void {
  const { way, entities, every, sources, changes, children, checkEvery, stateBytes } = flags;
  const fleet: Fleet = { entities, every, sources, changes, children, checkEvery, stateBytes };
  const reckoned = (way === undefined ? ways : [way]).map((each) => {
    const usage = USAGE[each](fleet);
    return { way: each, ...usage, price: priceOf(usage) };
  });
  const { readOn, source } = LIST_PRICE;
  printer.print({ fleet, days: 30, price: { readOn, source }, ways: reckoned }, () =>
    report(reckoned, printer.terminal),
  );
}

function report(
  reckoned: readonly (Usage & { readonly way: Way; readonly price: ReturnType<typeof priceOf> })[],
  terminal: Terminal,
): string {
  const head = ['', 'requests', 'a second', 'Actions', 'written', 'stored', 'Actions cost', 'storage costs'];
  const rows = reckoned.map(({ way, requests, actions, historyBytes, activeBytes, price }) => [
    WAYS[way],
    number(requests),
    number(requests / (30 * 86_400)),
    number(actions),
    bytes(historyBytes),
    bytes(activeBytes),
    dollars(price.actions),
    dollars(price.storage),
  ]);
  return [
    ...inColumns(
      [head, ...rows].map((row, i) =>
        row.map((text) => ({ text, ...(i === 0 && { style: 'dim' as const }) })),
      ),
      terminal,
    ),
    '',
    `In a month of 30 days. Prices: Temporal Cloud's list price of ${LIST_PRICE.readOn} for those who pay as they go (${LIST_PRICE.source}), without a plan and what it includes; from 200 million Actions on it is agreed, and reckoned here as below. A server of your own bills nobody, and does the same work.`,
    '',
  ].join('\n');
}
