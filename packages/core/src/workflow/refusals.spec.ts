import { describe, expect, it } from 'vitest';
import { Refusals } from './refusals';

describe('Refusals', () => {
  it('counts all and keeps the last twenty, oldest first', () => {
    const refusals = new Refusals();
    for (let i = 0; i < 25; i++) refusals.add('update', new Error(`reason ${i}`));
    const { count, recent } = refusals.report;
    expect(count).toBe(25);
    expect(recent.map(({ reason }) => reason)).toEqual(
      Array.from({ length: 20 }, (_, i) => `reason ${i + 5}`),
    );
  });

  it('goes on where the run before stopped', () => {
    const before = new Refusals();
    before.add('a', new Error('first'));
    const after = new Refusals(before.report);
    after.add('b', new Error('second'));
    expect(after.report).toMatchObject({ count: 2, recent: [{ signal: 'a' }, { signal: 'b' }] });
    expect(before.report.count).toBe(1);
  });

  it('is bounded, whatever a name or a reason is like', () => {
    const refusals = new Refusals();
    refusals.add('s'.repeat(5_000), new Error('r'.repeat(5_000)));
    refusals.add('thrown', 'a text');
    const [huge, strange] = refusals.report.recent;
    expect(huge?.signal).toHaveLength(200);
    expect(huge?.reason).toHaveLength(501);
    expect(strange?.reason).toBe('it could not be read');
  });
});
