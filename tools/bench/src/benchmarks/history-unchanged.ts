import type { Benchmark } from '../benchmark';
import { historyPerCycle } from '../temporal/history-per-cycle';

/** What a reload that brings nothing new leaves in the history. */
export const historyUnchanged: Benchmark = {
  name: 'history-unchanged',
  title: 'history of a reload of 1,000 entities that did not change',
  unit: 'bytes',
  bar: 2_500,
  better: 'lower',
  run: (bench) => historyPerCycle(bench),
};
