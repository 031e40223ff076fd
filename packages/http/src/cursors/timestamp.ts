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
  /^(\d{4})([-/.])(\d\d)\2(\d\d)(?:([T ])(\d\d):(\d\d)(?::(\d\d)(?:([.,])(\d+))?)?)?(\s?(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))?(\[[\w/+-]+\])?$/i;
const COMPACT =
  /^((?:19|20)\d\d)(\d\d)(\d\d)(?:(T?)(\d\d)(\d\d)(\d\d)(?:([.,]?)(\d{3}|(?<=[.,])\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)?$/i;
const MAIL =
  /^((?:Sun|Mon|Tue|Wed|Thu|Fri|Sat), )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))?( (?:GMT|UTC|[+-]\d{4}))$/;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MICROSOFT = /^(\/Date\()(-?\d{1,15})((?:[+-]\d{4})?\)\/)$/;

/**
 * Takes a point in time apart: ISO 8601, with a blank for the `T`, with slashes or dots in the date, with or without zone,
 * seconds and fraction, or without its marks (`20261130T010007Z`, `20261130010007`, `20261130`); dates of HTTP and of mail;
 * `/Date(1767225600000)/`.
 *
 * @param zone in which times without a zone are: a name such as `Europe/Berlin`, or an offset. @default UTC
 * @returns `undefined` for what is none of these
 */
export function parseTimestamp(text: string, zone?: string): Timestamp | undefined {
  return isoTime(text, zone) ?? compactTime(text, zone) ?? mailTime(text) ?? microsoftTime(text);
}

function isoTime(text: string, zone: string | undefined): Timestamp | undefined {
  const [
    all,
    year,
    mark = '-',
    month,
    day,
    separator,
    hour,
    minute,
    second,
    point = '.',
    fraction,
    given,
    name,
  ] = ISO.exec(text) ?? [];
  if (all === undefined) return undefined;
  const fields = [year, month, day, hour, minute, second];
  return timestampOf(fields, fraction, given?.trim() || zone, (local, digits) => {
    const [date = '', time = ''] = local.toISOString().split('T');
    const clock = time.slice(0, second === undefined ? 5 : 8) + (digits === '' ? '' : point + digits);
    const shown = separator === undefined ? '' : separator + clock;
    return `${date.replaceAll('-', mark)}${shown}${given ?? ''}${name ?? ''}`;
  });
}

function compactTime(text: string, zone: string | undefined): Timestamp | undefined {
  const [all, year, month, day, separator = '', hour, minute, second, point = '', fraction, given] =
    COMPACT.exec(text) ?? [];
  if (all === undefined) return undefined;
  const fields = [year, month, day, hour, minute, second];
  return timestampOf(fields, fraction, given ?? zone, (local, digits) => {
    const [date = '', time = ''] = local.toISOString().split('T');
    const clock = `${separator}${time.slice(0, 8).replaceAll(':', '')}${point}${digits}`;
    return `${date.replaceAll('-', '')}${hour === undefined ? '' : clock}${given ?? ''}`;
  });
}

function mailTime(text: string): Timestamp | undefined {
  const [all, weekday, day = '', month = '', year, hour, minute, second, given = ''] = MAIL.exec(text) ?? [];
  if (all === undefined) return undefined;
  const fields = [year, String(MONTHS.indexOf(month) + 1), day, hour, minute, second];
  return timestampOf(fields, '', given.trim(), (local) => {
    const name = weekday === undefined ? '' : `${DAYS[local.getUTCDay()]}, `;
    const date = String(local.getUTCDate()).padStart(day.length, '0');
    const clock = local.toISOString().slice(11, second === undefined ? 16 : 19);
    return `${name}${date} ${MONTHS[local.getUTCMonth()]} ${local.getUTCFullYear()} ${clock}${given}`;
  });
}

function microsoftTime(text: string): Timestamp | undefined {
  const [, open, number, close] = MICROSOFT.exec(text) ?? [];
  if (number === undefined) return undefined;
  return { time: Number(number), finer: '', write: (time) => `${open}${time}${close}` };
}

/**
 * A timestamp by its fields, as the clocks of its zone show them.
 *
 * @param write a local time, given as if it were UTC, and the digits of its fraction
 */
function timestampOf(
  fields: readonly (string | undefined)[],
  fraction = '',
  zone: string | undefined,
  write: (local: Date, fraction: string) => string,
): Timestamp | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields.map((field) =>
    Number(field ?? 0),
  );
  // Not `Date.UTC`, which takes the years up to 99 for those of the last century.
  const date = new Date(0).setUTCFullYear(year, month - 1, day);
  // A 31st of February would be another day.
  const isDay = new Date(date).getUTCDate() === day;
  if (month < 1 || month > 12 || !isDay || hour > 24 || minute > 59 || second > 60) return undefined;
  const ms = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const local = date + ((hour * 60 + minute) * 60 + second) * 1_000 + ms;
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
