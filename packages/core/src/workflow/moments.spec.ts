import { describe, expect, it } from 'vitest';
import { quiet } from './moments';

describe('quiet()', () => {
  /** What a run has under way as it waits, and what a workflow task does to it. */
  class Run {
    underWay = 1;
    stops = false;
    isOver = false;
    #waits: { readonly isMet: () => boolean; readonly resolve: () => void }[] = [];

    constructor(asksAgain = true) {
      const run = { underWay: () => this.underWay, stops: () => this.stops, asksAgain: () => asksAgain };
      const until = (isMet: () => boolean): Promise<void> =>
        new Promise((resolve) => this.#waits.push({ isMet, resolve }));
      void quiet(run, until).then(() => (this.isOver = true));
    }

    /** Looks at the conditions after each job, as the SDK does; what they let go runs after the last of them. */
    async task(...jobs: readonly Partial<Pick<Run, 'underWay' | 'stops'>>[]): Promise<boolean> {
      for (const job of jobs) {
        Object.assign(this, job);
        for (const { resolve } of this.#waits.filter(({ isMet }) => isMet())) resolve();
        this.#waits = this.#waits.filter(({ isMet }) => !isMet());
      }
      for (let i = 0; i < 5; i++) await Promise.resolve();
      return this.isOver;
    }
  }

  it('waits until nothing is under way', async () => {
    const run = new Run();
    expect(await run.task({})).toBe(false);
    expect(await run.task({ underWay: 0 })).toBe(true);
  });

  it('waits no longer than there is a reason to', async () => {
    expect(await new Run().task({ stops: true })).toBe(true);
  });

  it('goes on to wait where the same task that had it stop has it go on', async () => {
    const run = new Run();
    expect(await run.task({ stops: true }, { stops: false })).toBe(false);
    expect(await run.task({ underWay: 0 })).toBe(true);
  });

  it('asks once in a run that began before it asked again', async () => {
    expect(await new Run(false).task({ stops: true }, { stops: false })).toBe(true);
  });
});
