import { describe, expect, it } from 'vitest';
import { type Starter, StartLimit } from './start-limit';

/** Starts when it is its turn. */
class Runner implements Starter {
  isStarted = false;
  readonly path;

  constructor(
    readonly turns: StartLimit,
    maxConcurrentStarts = 2,
    field = 'tickets',
  ) {
    this.path = { field, maxConcurrentStarts };
  }

  sync(): void {
    this.isStarted ||= this.turns.take(this);
  }
}

const runners = (turns: StartLimit, count: number, most?: number, field?: string): Runner[] =>
  Array.from({ length: count }, () => {
    const runner = new Runner(turns, most, field);
    runner.sync();
    return runner;
  });

const started = (all: readonly Runner[]): boolean[] => all.map(({ isStarted }) => isStarted);

describe('StartLimit', () => {
  it('lets so many start at a time, and the next as one is done', () => {
    const turns = new StartLimit();
    const [a, b, c, d] = runners(turns, 4) as [Runner, Runner, Runner, Runner];
    expect(started([a, b, c, d])).toEqual([true, true, false, false]);
    turns.end(b);
    expect(started([a, b, c, d])).toEqual([true, true, true, false]);
    turns.end(a);
    expect(d.isStarted).toBe(true);
  });

  it('gives a turn once, however often somebody asks', () => {
    const turns = new StartLimit();
    const [a, b, c] = runners(turns, 3) as [Runner, Runner, Runner];
    expect([turns.take(a), turns.take(a), turns.take(c), turns.take(c)]).toEqual([true, true, false, false]);
    turns.end(a);
    turns.end(a);
    expect(started([a, b, c])).toEqual([true, true, true]);
    expect(turns.take(new Runner(turns))).toBe(false);
  });

  it('passes over who does not want to start any more', () => {
    const turns = new StartLimit();
    const [a, , c, d] = runners(turns, 4) as [Runner, Runner, Runner, Runner];
    turns.end(c);
    turns.end(a);
    expect(started([c, d])).toEqual([false, true]);
  });

  it('has a line for each path', () => {
    const turns = new StartLimit();
    runners(turns, 3);
    expect(started(runners(turns, 2, 1, 'orders'))).toEqual([true, false]);
  });

  it('gives no more than the server lets one run have', () => {
    const turns = new StartLimit();
    const all = runners(turns, 1_600, 400);
    for (const runner of all) if (!turns.areUsedUp) turns.end(runner);
    expect(turns.areUsedUp).toBe(true);
    for (const runner of all) turns.end(runner);
    expect(all.filter(({ isStarted }) => isStarted)).toHaveLength(1_500);
    expect(turns.take(new Runner(turns, 1, 'orders'))).toBe(false);
  });
});
