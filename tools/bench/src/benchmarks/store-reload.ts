import type { Benchmark } from '../benchmark';
import { type Ticket, withOneChange } from '../measure/records';
import { compareStores, parsed } from '../store/compare';

/** A reload of everything in which one entity has changed, at the store. */
export const storeReload: Benchmark = {
  name: 'store-reload',
  title:
    'reload with 1 change in 10,000 entities, times faster than normalizr + immutability-helper + deep-object-diff',
  unit: '×',
  bar: 20,
  better: 'higher',
  run: async ({ progress }) =>
    compareStores(
      {
        alsoShown: 'by-table',
        repeat: 1,
        recordSets: (base) => {
          let current: readonly Ticket[] = base;
          return (change) => parsed((current = withOneChange(current, change)));
        },
      },
      progress,
    ),
};
