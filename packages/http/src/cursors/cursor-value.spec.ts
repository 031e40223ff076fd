import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cappedValue, compareValues, type CursorValue, earlierValue } from './cursor-value';
import { isTimeZone } from './time-zone';

const MINUTE = 60_000;

describe.each([
  ['UTC', 0],
  ['America/Los_Angeles', 480],
  ['Asia/Kolkata', -330],
])('on a worker in %s', (zone, offset) => {
  const before = process.env['TZ'];
  beforeAll(() => void (process.env['TZ'] = zone));
  afterAll(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });

  it('is tried in that zone', () =>
    expect(new Date(Date.UTC(2026, 10, 30)).getTimezoneOffset()).toBe(offset));

  it.each<[CursorValue, CursorValue]>([
    ['2026-11-30T01:00:07Z', '2026-11-30T00:59:07Z'],
    ['2026-11-30T01:00:07', '2026-11-30T00:59:07'],
    ['2026-11-30 01:00:07', '2026-11-30 00:59:07'],
    ['2026-11-30 01:00', '2026-11-30 00:59'],
    ['2026-11-30 00:00:07 UTC', '2026-11-29 23:59:07 UTC'],
    ['2026-11-30T01:00:07.123456+05:30', '2026-11-30T00:59:07.123456+05:30'],
    ['2026-11-30T01:00:07.5-0800', '2026-11-30T00:59:07.5-0800'],
    ['2026-11-30 01:00:07.000001+00', '2026-11-30 00:59:07.000001+00'],
    ['2026-11-30T01:00:07,12Z', '2026-11-30T00:59:07,12Z'],
    ['2026-03-01', '2026-02-28'],
    ['20261130T010007Z', '20261130T005907Z'],
    ['20261130010007', '20261130005907'],
    ['20261130010007123', '20261130005907123'],
    ['20261130T010007.123456Z', '20261130T005907.123456Z'],
    ['20261130', '20261129'],
    ['2026/11/30 00:00:07', '2026/11/29 23:59:07'],
    ['2026.12.01', '2026.11.30'],
    ['2026-11-30T01:00:07+01:00[Europe/Berlin]', '2026-11-30T00:59:07+01:00[Europe/Berlin]'],
    // The zero of many servers is no time of the last century.
    ['0001-01-02T00:00:00Z', '0001-01-01T23:59:00Z'],
    [20261130010007, 20261130005907],
    ['Mon, 30 Nov 2026 01:00:07 GMT', 'Mon, 30 Nov 2026 00:59:07 GMT'],
    ['Tue, 01 Dec 2026 00:00:07 +0530', 'Mon, 30 Nov 2026 23:59:07 +0530'],
    ['1 Dec 2026 00:00 GMT', '30 Nov 2026 23:59 GMT'],
    ['/Date(1767225600000)/', '/Date(1767225540000)/'],
    ['/Date(1767225600000+0100)/', '/Date(1767225540000+0100)/'],
    [1_767_225_600_000, 1_767_225_540_000],
    ['1767225600123456789', '1767225600123396789'],
    ['1767225600.123456789', '1767165600.123456789'],
    // No time and no number: it has no earlier.
    ['01HZX9', '01HZX9'],
    ['2026-02-31T00:00:00Z', '2026-02-31T00:00:00Z'],
    ['infinity', 'infinity'],
  ])('%j is shifted in its notation', (value, earlier) => {
    expect(earlierValue(value, MINUTE)).toBe(earlier);
    expect(earlierValue(value, 0)).toBe(value);
  });

  it('keeps what is finer than a second where the lag is', () => {
    expect(earlierValue('2026-11-30T01:00:07.250', 500)).toBe('2026-11-30T01:00:06.750');
    // What the notation cannot hold is cut off, which asks for more.
    expect(earlierValue('2026-11-30T01:00:07Z', 500)).toBe('2026-11-30T01:00:06Z');
  });

  const now = Date.UTC(2026, 10, 30, 2, 0, 0);
  it.each<[CursorValue, CursorValue]>([
    ['2099-12-31', '2026-11-30'],
    ['2099-12-31T00:00:00Z', '2026-11-30T02:00:00Z'],
    ['2026-11-30 03:00:00.123456', '2026-11-30 02:00:00.000000'],
    ['2026-11-30T05:00:00+02:00', '2026-11-30T04:00:00+02:00'],
    ['2026-11-30T03:59:00+02:00', '2026-11-30T03:59:00+02:00'],
    ['20991231000000', '20261130020000'],
    ['20991231000000000', '20261130020000000'],
    ['20991231', '20261130'],
    ['2099/12/31', '2026/11/30'],
    ['Thu, 31 Dec 2099 00:00:00 +0100', 'Mon, 30 Nov 2026 03:00:00 +0100'],
    [4_102_358_400, now / 1_000],
    [4_102_358_400_000, now],
    ['4102358400000000', String(now * 1_000)],
    [now / 1_000, now / 1_000],
    // Counters and ids are no times.
    [42, 42],
    [20991231, 20991231],
    ['1909699624467843944', '1909699624467843944'],
    ['infinity', 'infinity'],
  ])('%j is capped at the time', (value, capped) => expect(cappedValue(value, now)).toBe(capped));

  it('reads times without a zone in the one that is named', () => {
    expect(cappedValue('2026-11-30 03:30:00', now, 'Europe/Berlin')).toBe('2026-11-30 03:00:00');
    expect(cappedValue('2026-11-30 03:30:00', now, '+02:00')).toBe('2026-11-30 03:30:00');
    expect(cappedValue('2026-11-29 22:00:00', now, 'America/New_York')).toBe('2026-11-29 21:00:00');
    expect(compareValues('2026-11-30 03:30:00', '2026-11-30T03:00:00Z', 'Europe/Berlin')).toBeLessThan(0);
    // Over the end of summer time, an hour is an hour.
    expect(earlierValue('2026-10-25 04:00:00', 4 * 60 * MINUTE, 'Europe/Berlin')).toBe('2026-10-25 01:00:00');
  });

  it.each<[CursorValue, CursorValue]>([
    ['2026-11-30T01:00:07Z', '2026-11-30T01:00:07+01:00'],
    ['2026-11-30T01:00:07.000002', '2026-11-30T01:00:07.0000019'],
    ['2026-11-30T01:00:07', '2026-11-30'],
    ['1900-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    ['Tue, 01 Dec 2026 00:00:00 +0000', 'Wed, 25 Nov 2026 00:00:00 +0000'],
    [10, 9],
    ['10', 9],
    ['9007199254740993', '9007199254740992'],
    ['1767225600.5', '1767225600.12345678'],
    ['b', 'a'],
    ['2026-11-30', 'infinity'],
    [1, 'infinity'],
  ])('%j comes after %j', (later, earlier) => {
    expect(compareValues(later, earlier)).toBeGreaterThan(0);
    expect(compareValues(earlier, later)).toBeLessThan(0);
    expect(compareValues(later, later)).toBe(0);
  });

  it('takes other notations of one time for the same', () => {
    expect(compareValues('2026-11-30T01:00:07.500Z', '2026-11-30T02:00:07.5+01:00')).toBe(0);
  });
});

describe('isTimeZone', () => {
  it.each([
    ['Europe/Berlin', true],
    ['+02:00', true],
    ['UTC', true],
    ['Mars/Olympus', false],
  ])('%s: %s', (zone, is) => expect(isTimeZone(zone)).toBe(is));
});
