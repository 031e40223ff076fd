import type { Benchmark } from '../benchmark';
import { withOneChange } from '../measure/records';
import { historyPerCycle } from '../temporal/history-per-cycle';

/** What a reload that brings one change leaves in the history. */
export const historyOneChanged: Benchmark = {
  name: 'history-one-changed',
  title: 'history of a reload in which 1 of 1,000 entities changed',
  unit: 'bytes',
  bar: 4_096,
  better: 'lower',
  run: (bench) => historyPerCycle(bench, withOneChange),
};
