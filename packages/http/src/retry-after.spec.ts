import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from './retry-after';

describe('parseRetryAfter', () => {
  const now = Date.UTC(2026, 6, 1, 10, 0, 0);

  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7_000],
    ['1.5', 1_500],
    ['Wed, 01 Jul 2026 10:01:30 GMT', 90_000],
    ['Wednesday, 01-Jul-26 10:01:30 GMT', 90_000],
    ['Wed, 01 Jul 2026 09:00:00 GMT', 0],
    [undefined, undefined],
    ['', undefined],
    ['-5', undefined],
    ['soon', undefined],
    ['Wed, never', undefined],
    ['abc 5', undefined],
    ['1e9', undefined],
    ['99999999999', undefined],
  ])('%j is %j', (value, milliseconds) => expect(parseRetryAfter(value, now)).toBe(milliseconds));
});
