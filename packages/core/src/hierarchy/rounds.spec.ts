import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeTemporal } from '../../test/support/fake-temporal';
import { Rounds } from './rounds';

const EVERY = 600_000;

describe('looks that are due every so often', () => {
  let temporal: FakeTemporal;
  let rounds: Rounds;
  /** When looks began. */
  let looks: number[];

  beforeEach(() => {
    temporal = new FakeTemporal();
    vi.spyOn(Date, 'now').mockImplementation(() => temporal.now);
    looks = [];
  });
  afterEach(() => vi.restoreAllMocks());

  /** A run begins, which looks once: what a look finds is another matter. */
  const run = async (carried?: number): Promise<void> => {
    const current = new Rounds(temporal.contextOf('Desk-1'), carried);
    rounds = current;
    void current.next(EVERY).then(() => void looks.push(temporal.now));
    await temporal.settle();
  };

  it('begin after the time from one to the next', async () => {
    await run();
    await temporal.pass(EVERY - 1);
    expect(looks).toEqual([]);
    await temporal.pass(1);
    expect(looks).toEqual([EVERY]);
  });

  it('are due when they were, in whichever run that is', async () => {
    await run();
    for (let i = 0; i < 9; i++) {
      await temporal.pass(EVERY / 10);
      await run(rounds.carry());
    }
    expect(looks).toEqual([]);
    await temporal.pass(EVERY / 10);
    expect(looks).toEqual([EVERY]);
  });

  it('begin at once where the time came between two runs, and again where the run before may not have heard', async () => {
    await run();
    await temporal.pass(EVERY - 1);
    const carried = rounds.carry();
    temporal.now += 2;
    await run(carried);
    expect(looks).toEqual([EVERY + 1]);
    // The worker looks, and the run ends before it answers.
    await temporal.pass(100);
    await run(rounds.carry());
    await temporal.pass(100);
    await run(rounds.carry());
    expect(looks).toEqual([EVERY + 1, EVERY + 101, EVERY + 201]);
    // What takes longer has been answered: the server looks again for this run, and the next one takes its turn.
    await temporal.pass(100_000);
    await run(rounds.carry());
    await temporal.pass(EVERY - 100_001);
    expect(looks).toHaveLength(3);
    await temporal.pass(1);
    expect(looks).toHaveLength(4);
  });

  it('are not put off by a clock that was set back', async () => {
    await run(10 * EVERY);
    await temporal.pass(EVERY);
    expect(looks).toEqual([EVERY]);
  });
});
