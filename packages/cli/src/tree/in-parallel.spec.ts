import { describe, expect, it } from 'vitest';
import { eachInParallel, inParallel } from './in-parallel';

describe('inParallel', () => {
  it('keeps to the limit, and to the order', async () => {
    let running = 0;
    let most = 0;
    const results = await inParallel([5, 4, 3, 2, 1], 2, async (item) => {
      most = Math.max(most, (running += 1));
      for (let turn = 0; turn < item; turn += 1) await Promise.resolve();
      running -= 1;
      return item * 10;
    });
    expect(results).toEqual([50, 40, 30, 20, 10]);
    expect(most).toBe(2);
  });

  it('begins nothing new after an error, and throws it when what was under way has ended', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = async (item: number) => {
      begun.push(item);
      await Promise.resolve();
      if (item === 1) throw new Error('one');
      await Promise.resolve();
      ended.push(item);
    };
    await expect(inParallel([1, 2, 3, 4], 2, work)).rejects.toThrow('one');
    expect(begun).toEqual([1, 2]);
    expect(ended).toEqual([2]);
  });

  it('has nothing to do without items', async () => {
    expect(await inParallel([], 8, async () => 1)).toEqual([]);
  });
});

describe('eachInParallel', () => {
  async function* numbers(handed: number[]): AsyncGenerator<number> {
    for (const number of [1, 2, 3, 4, 5]) {
      handed.push(number);
      yield number;
    }
  }

  it('takes the next item only once there is room for it', async () => {
    const handed: number[] = [];
    const done: number[] = [];
    await eachInParallel(numbers(handed), 2, async (item) => {
      expect(handed.length).toBeLessThanOrEqual(done.length + 2);
      await Promise.resolve();
      done.push(item);
    });
    expect(done.toSorted()).toEqual([1, 2, 3, 4, 5]);
  });

  it('takes nothing new after an error, and throws it when what was under way has ended', async () => {
    const ended: number[] = [];
    const work = async (item: number) => {
      await Promise.resolve();
      if (item === 1) throw new Error('one');
      await Promise.resolve();
      ended.push(item);
    };
    await expect(eachInParallel(numbers([]), 2, work)).rejects.toThrow('one');
    expect(ended).toEqual([2]);
  });
});
