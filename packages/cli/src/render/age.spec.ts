import { describe, expect, it } from 'vitest';
import { ageOf, duration } from './age';

describe('ageOf', () => {
  const now = Date.parse('2026-03-01T12:00:00.000Z');

  it.each([
    ['2026-03-01T12:00:00.000Z', '0 s ago'],
    ['2026-03-01T11:59:47.001Z', '12 s ago'],
    ['2026-03-01T11:59:00.000Z', '1 min ago'],
    ['2026-03-01T10:00:01.000Z', '1 h ago'],
    ['2026-02-25T12:00:00.000Z', '4 d ago'],
  ])('says of %s: %s', (time, age) => {
    expect(ageOf(time, now)).toBe(age);
  });

  it('takes a time ahead of this clock for now', () => {
    expect(ageOf('2026-03-01T12:00:30.000Z', now)).toBe('0 s ago');
  });
});

describe('duration', () => {
  it('rounds down to its largest unit', () => {
    expect([999, 59_999, 60_000, 3_599_999, 86_400_000].map(duration)).toEqual([
      '0 s',
      '59 s',
      '1 min',
      '59 min',
      '1 d',
    ]);
  });
});
