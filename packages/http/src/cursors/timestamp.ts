import { offsetIn } from './time-zone';

/** A point in time as an API writes it, taken apart so that another can be written in the same way. */
export interface Timestamp {
  /** Milliseconds since 1970, without what is finer. */
  readonly time: number;
  /** What is finer than a millisecond: the digits after the third of a fraction. */
  readonly finer: string;
  /** Another point in time in the same notation: as many digits, the same zone or none. What does not fit is cut off. */
  write(time: number, finer?: string): string;
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:([T ])(\d\d):(\d\d)(?::(\d\d)(?:([.,])(\d+))?)?)?(\s?(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))?$/i;
const COMPACT = /^(\d{4})(\d\d)(\d\d)(T?)(\d\d)(\d\d)(\d\d)(Z|[+-]\d{4})?$/i;
const HTTP = /^(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
const MICROSOFT = /^(\/Date\()(-?\d{1,15})((?:[+-]\d{4})?\)\/)$/;

/**
 * Takes a point in time apart: ISO 8601, with a blank for the `T`, with or without zone, seconds and fraction, or
 * without its marks (`20261130T010007Z`, `20261130010007`); HTTP dates; `/Date(1767225600000)/`.
 *
 * @param zone in which times without a zone are: a name such as `Europe/Berlin`, or an offset. @default UTC
 * @returns `undefined` for what is none of these
 */
export function parseTimestamp(text: string, zone?: string): Timestamp | undefined {
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, year, month, day, separator, hour, minute, second, point = '.', fraction = '', given = ''] = iso;
    return timestampOf(
      [year, month, day, hour, minute, second],
      fraction,
      given.trim() || zone,
      (local, digits) => {
        const [date = '', time = ''] = local.toISOString().split('T');
        if (separator === undefined) return `${date}${given}`;
        const clock = time.slice(0, second === undefined ? 5 : 8);
        return `${date}${separator}${clock}${digits === '' ? '' : point + digits}${given}`;
      },
    );
  }
  const compact = COMPACT.exec(text);
  if (compact !== null) {
    const [, year, month, day, separator = '', hour, minute, second, given = ''] = compact;
    return timestampOf([year, month, day, hour, minute, second], '', given || zone, (local) => {
      const [date = '', time = ''] = local.toISOString().split('T');
      return `${date.replaceAll('-', '')}${separator}${time.slice(0, 8).replaceAll(':', '')}${given}`;
    });
  }
  if (HTTP.test(text)) return instant(Date.parse(text), (time) => new Date(time).toUTCString());
  const [, open, number, close] = MICROSOFT.exec(text) ?? [];
  return number === undefined ? undefined : instant(Number(number), (time) => `${open}${time}${close}`);
}

const instant = (time: number, write: (time: number) => string): Timestamp | undefined =>
  Number.isNaN(time) ? undefined : { time, finer: '', write };

/**
 * A timestamp by its fields, as the clocks of its zone show them.
 *
 * @param write a local time, given as if it were UTC, and the digits of its fraction
 */
function timestampOf(
  fields: readonly (string | undefined)[],
  fraction: string,
  zone: string | undefined,
  write: (local: Date, fraction: string) => string,
): Timestamp | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields.map((field) =>
    Number(field ?? 0),
  );
  // A 31st of February would be another day.
  const isDay = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
  if (month < 1 || month > 12 || !isDay || hour > 24 || minute > 59 || second > 60) return undefined;
  const local =
    Date.UTC(year, month - 1, day, hour, minute, second) + Number(fraction.slice(0, 3).padEnd(3, '0'));
  return {
    time: local - offsetIn(zone, local, true),
    finer: fraction.slice(3),
    write(time, finer = '') {
      const shown = new Date(time + offsetIn(zone, time, false));
      const digits = `${String(shown.getUTCMilliseconds()).padStart(3, '0')}${finer}`;
      return write(shown, digits.padEnd(fraction.length, '0').slice(0, fraction.length));
    },
  };
}
