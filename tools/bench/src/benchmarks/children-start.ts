import type { Benchmark } from '../benchmark';
import { compareFamilies } from '../hierarchy/compare';

/**
 * From the signal that hands a parent its items to the first workflow task of the last of their children.
 *
 * @param rounds how often it is measured
 */
export function childrenStart(count: number, rounds: number): Benchmark {
  return {
    name: `children-start-${count}`,
    title: `time to start ${count} children over the same written by hand with Promise.all`,
    unit: '×',
    bar: 1.25,
    better: 'lower',
    run: (bench) =>
      compareFamilies(bench, { count, rounds, act: (family) => family.startChildren(), check: 'data' }),
  };
}
