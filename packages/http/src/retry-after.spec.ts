import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverTime } from './instant';
import { parseRetryAfter } from './retry-after';

describe.each([
  ['UTC', 0],
  ['America/New_York', 240],
  ['Asia/Kolkata', -330],
])('parseRetryAfter on a worker in %s', (zone, offset) => {
  const before = process.env['TZ'];
  beforeAll(() => void (process.env['TZ'] = zone));
  afterAll(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });
  const now = Date.UTC(2026, 6, 1, 10, 0, 0);

  it('is tried in that zone', () => expect(new Date(now).getTimezoneOffset()).toBe(offset));

  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7_000],
    ['1.5', 1_500],
    ['Wed, 01 Jul 2026 10:01:30 GMT', 90_000],
    ['Wednesday, 01-Jul-26 10:01:30 GMT', 90_000],
    ['Wed, 01 Jul 2026 09:00:00 GMT', 0],
    ['12.345678', 12_346],
    ['30s', 30_000],
    ['1000000000', 1_000_000_000_000],
    [String(now / 1000 + 90), 90_000],
    ['Wed Jul  1 10:01:30 2026', 90_000],
    ['Wed, 01 Jul 2026 10:01:30 UTC', 90_000],
    ['Wed, 01 Jul 2026 12:01:30 +0200', 90_000],
    ['Wed, 01 Jul 2026 10:01:30', 90_000],
    ['2026-07-01T10:01:30Z', 90_000],
    ['2026-07-01T10:01:30.5+00:00', 90_500],
    ['2026-07-01T10:01:30', 90_000],
    ['2026-07-01 10:01:30', 90_000],
    ['2026-07-01T10:01Z', 60_000],
    ['01 Jul 2026 10:01:30 GMT', 90_000],
    ['Wed, 01 Jul 2026 06:01:30 EDT', 90_000],
    ['500ms', 500],
    ['2 minutes', 120_000],
    ['.5', 500],
    ['5, 10', 10_000],
    ['Wed, 01 Jul 2026 10:01:30 GMT, soon', undefined],
    [String(now + 90_000), 90_000],
    [String(now / 1000 - 90), 0],
    ['99999999999', 99_999_999_999_000],
    ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
    [undefined, undefined],
    ['', undefined],
    ['-5', undefined],
    ['soon', undefined],
    ['Wed, never', undefined],
    ['abc 5', undefined],
    ['1e9', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    ['0x10', undefined],
    ['5 parsecs', undefined],
    ['5, soon', undefined],
  ])('%j is %j', (value, milliseconds) => expect(parseRetryAfter(value, now)).toBe(milliseconds));
});

describe('serverTime', () => {
  const now = Date.UTC(2026, 6, 1, 10, 0, 0);

  it.each([
    ['is that of the Date header', 'Wed, 01 Jul 2026 09:00:00 GMT', now - 3_600_000],
    [
      'is that of the Date header, however far away',
      'Wed, 31 Dec 2025 10:00:00 GMT',
      Date.UTC(2025, 11, 31, 10),
    ],
    ["is the worker's where there is none", undefined, now],
    ["is the worker's where the server's clock was never set", 'Thu, 01 Jan 1970 00:00:10 GMT', now],
  ])('%s', (_, date, time) => expect(serverTime(date, now)).toBe(time));
});
