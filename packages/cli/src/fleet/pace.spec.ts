import { describe, expect, it } from 'vitest';
import { Pace } from './pace';

describe('Pace', () => {
  it('lets the first through at once, and the others one after the other', async () => {
    const waits: number[] = [];
    const pace = new Pace(
      4,
      () => 1_000,
      undefined,
      async (milliseconds) => waits.push(milliseconds),
    );
    await Promise.all([pace.turn(), pace.turn(), pace.turn()]);
    expect(waits).toEqual([250, 500]);
  });

  it('saves up nothing while nobody comes', async () => {
    let now = 1_000;
    const waits: number[] = [];
    const pace = new Pace(
      4,
      () => now,
      undefined,
      async (milliseconds) => waits.push(milliseconds),
    );
    await pace.turn();
    now += 60_000;
    await pace.turn();
    await pace.turn();
    expect(waits).toEqual([250]);
  });
});
