import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Gatherer } from './gatherer';

/** A send that a test ends. */
interface Send {
  readonly key: string;
  readonly item: number;
  readonly end: (result: string) => void;
  readonly fail: (error: Error) => void;
}

describe('Gatherer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const gathering = (gatherMs = 100, timeoutMs = 1_000) => {
    const sends: Send[] = [];
    const gatherer = new Gatherer<number, string>(
      (key, item) => new Promise((resolve, reject) => sends.push({ key, item, end: resolve, fail: reject })),
      { gatherMs, timeoutMs, join: (waiting, coming) => waiting + coming },
    );
    return { gatherer, sends };
  };
  const settled = () => vi.advanceTimersByTimeAsync(0);

  it('sends the first at once, and what comes meanwhile together, after it and its moment', async () => {
    const { gatherer, sends } = gathering();
    const first = gatherer.add('a', 1);
    await settled();
    const others = [gatherer.add('a', 2), gatherer.add('a', 3)];
    expect(sends.map(({ item }) => item)).toEqual([1]);
    sends[0]?.end('one');
    expect(await first).toBe('one');
    await vi.advanceTimersByTimeAsync(99);
    others.push(gatherer.add('a', 4));
    expect(sends).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(sends.map(({ item }) => item)).toEqual([1, 9]);
    sends[1]?.end('two');
    expect(await Promise.all(others)).toEqual(['two', 'two', 'two']);
    await vi.advanceTimersByTimeAsync(100);
    expect(gatherer.size).toBe(0);
  });

  it('lets the receivers not wait for each other', async () => {
    const { gatherer, sends } = gathering();
    const all = [gatherer.add('a', 1), gatherer.add('b', 1)];
    await settled();
    expect(sends.map(({ key }) => key)).toEqual(['a', 'b']);
    for (const { key, end } of sends) end(key);
    expect(await Promise.all(all)).toEqual(['a', 'b']);
  });

  it('tells all who waited of a failure, and sends what comes after it', async () => {
    const { gatherer, sends } = gathering();
    const first = expect(gatherer.add('a', 1)).rejects.toThrow('away');
    await settled();
    sends[0]?.fail(new Error('away'));
    await first;
    const second = gatherer.add('a', 2);
    await vi.advanceTimersByTimeAsync(100);
    sends[1]?.end('back');
    expect(await second).toBe('back');
  });

  it('lets nobody wait for longer than they may, and sends nothing for those who have given up', async () => {
    const { gatherer, sends } = gathering();
    const all = [expect(gatherer.add('a', 1)).rejects.toThrow('in time')];
    await settled();
    all.push(expect(gatherer.add('a', 2)).rejects.toThrow('in time'));
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all(all);
    sends[0]?.end('late');
    await vi.advanceTimersByTimeAsync(200);
    expect(sends).toHaveLength(1);
    expect(gatherer.size).toBe(0);
  });

  it('sends to so many at a time and keeps nothing of those who are done', async () => {
    const { gatherer, sends } = gathering();
    const all = Array.from({ length: 200 }, (_, i) => gatherer.add(`k_${i}`, i));
    await settled();
    expect(sends).toHaveLength(64);
    for (let done = 0; done < 200; done++) {
      sends[done]?.end('ok');
      await settled();
      expect(sends.length - done - 1).toBeLessThanOrEqual(64);
    }
    expect(await Promise.all(all)).toEqual(Array(200).fill('ok'));
    await vi.advanceTimersByTimeAsync(100);
    expect(gatherer.size).toBe(0);
  });
});
