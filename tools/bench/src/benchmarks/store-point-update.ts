import type { Benchmark } from '../benchmark';
import { compareStores } from '../store/compare';

/** An update of one entity among many, at the store. */
export const storePointUpdate: Benchmark = {
  name: 'store-point-update',
  title:
    'update of 1 entity among 10,000, times faster than normalizr + immutability-helper + deep-object-diff',
  unit: '×',
  bar: 100,
  better: 'higher',
  run: async ({ progress }) =>
    compareStores(
      {
        repeat: 5,
        recordSets: (base) => (change) => [
          { id: base[(change * 379 + 11) % base.length]?.id, subject: `Changed for the ${change + 1}. time` },
        ],
      },
      progress,
    ),
};
