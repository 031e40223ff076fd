import { describe, expect, it } from 'vitest';
import { Sample } from './sample';

/** Runs as the server lists them: the higher its number, the older. */
function sampled(limit: number, ...types: readonly [string, number][]): string[] {
  const sample = new Sample(limit);
  for (const [workflowType, count] of types)
    for (let n = 1; n <= count; n += 1)
      sample.add({ workflowId: `${workflowType}${n}`, runId: 'r', workflowType });
  expect(sample.seen).toBe(types.reduce((sum, [, count]) => sum + count, 0));
  return sample.chosen.map(({ workflowId }) => workflowId);
}

describe('Sample', () => {
  it('takes all where there are no more than are wanted', () => {
    expect(sampled(10, ['A', 5])).toEqual(['A1', 'A5', 'A2', 'A4', 'A3']);
    expect(sampled(10, ['A', 1])).toEqual(['A1']);
    expect(sampled(10)).toEqual([]);
  });

  it('takes newest and oldest in turn', () => {
    expect(sampled(4, ['A', 1_000])).toEqual(['A1', 'A1000', 'A2', 'A999']);
    expect(sampled(4, ['A', 6])).toEqual(['A1', 'A6', 'A2', 'A5']);
  });

  it('leaves no type out for another that has more', () => {
    expect(sampled(5, ['A', 1_000], ['B', 1], ['C', 1_000])).toEqual(['A1', 'B1', 'C1', 'A1000', 'C1000']);
  });
});
