import { describe, expect, it } from 'vitest';
import { tickets, withOneChange } from '../src/measure/records';
import { median, quantile, spread } from '../src/measure/statistics';

describe('statistics', () => {
  it('finds the middle of an odd and of an even count, and leaves the input as it is', () => {
    const values = [10, 2, 9];
    expect(median(values)).toBe(9);
    expect(values).toEqual([10, 2, 9]);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('interpolates quantiles', () => {
    expect(quantile([0, 10, 20, 30, 40], 0.25)).toBe(10);
    expect(quantile([0, 10], 0.1)).toBe(1);
    expect(() => median([])).toThrow(RangeError);
  });

  it('shows the spread', () => {
    expect(spread([1, 2, 3, 4, 5])).toBe('3.00 ms (half of them within 2.00–4.00)');
    expect(spread([1_000, 1_234.5, 5_678.9])).toBe('1235 ms (half of them within 1117–3457)');
  });
});

describe('records', () => {
  it('are about as long as the design says, and the same each time', () => {
    const bytes = JSON.stringify(tickets(1_000)).length / 1_000;
    expect(bytes).toBeGreaterThan(160);
    expect(bytes).toBeLessThan(185);
    expect(tickets(20)).toEqual(tickets(20));
  });

  it('change in one record, and in a value that was never there before', () => {
    let current = tickets(10);
    for (let change = 0; change < 25; change++) {
      const next = withOneChange(current, change);
      expect(next.filter((record, i) => record !== current[i])).toHaveLength(1);
      expect(next).not.toEqual(current);
      current = next;
    }
  });
});
