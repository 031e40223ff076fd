import type { Benchmark } from '../benchmark';
import { compareFamilies } from '../hierarchy/compare';

/**
 * From the signal that hands a parent a new token until the last of its children has it.
 *
 * @param rounds how often it is measured
 */
export function tokenFanout(count: number, rounds: number): Benchmark {
  return {
    name: `token-fanout-${count}`,
    title: `time to give ${count} children a new token over the same written by hand with Promise.all`,
    unit: '×',
    bar: 1.25,
    better: 'lower',
    run: (bench) =>
      compareFamilies(bench, {
        count,
        rounds,
        check: 'apiToken',
        act: async (family) => {
          await family.startChildren();
          return family.giveToken();
        },
      }),
  };
}
