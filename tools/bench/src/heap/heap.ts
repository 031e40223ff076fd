import { setImmediate as nextTurn } from 'node:timers/promises';
import { median } from '../measure/statistics';

const samples = 3;

/** Bytes that are held after a collection; the median of several. */
export async function heap(): Promise<number> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('Run this with --expose-gc.');
  const taken: number[] = [];
  for (let i = 0; i < samples; i++) {
    for (let collection = 0; collection < 2; collection++) {
      gc();
      await nextTurn();
    }
    const { heapUsed, external } = process.memoryUsage();
    taken.push(heapUsed + external);
  }
  return median(taken);
}
