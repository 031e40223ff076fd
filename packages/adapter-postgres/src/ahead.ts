import { OID } from './value-parsers';

/** Values that sort above all times, and above all numbers. */
const TOPMOST = new Set(['infinity', 'Infinity', 'NaN']);
const TIME = /^(\d{4,6}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d(?:\.\d{1,3})?))?/;
/** Of fewer digits a number may be one that counts, of more an id that holds a time. */
const SINCE_1970 = /^\d{13,17}$/;

/** Whether numbers of so many digits are microseconds since 1970, or else milliseconds. */
const isFine = (key: string): boolean => key.length > 15;

/**
 * Whether a value of a cursor column, as text, lies in the future: a time, text that is one, or milliseconds or
 * microseconds since 1970; or above whatever will come. It would hide what is written until then.
 *
 * @param now milliseconds since 1970. Times are taken for UTC, whatever their zone
 */
export function isAhead(key: string | undefined, now: number): boolean {
  if (key === undefined) return false;
  if (TOPMOST.has(key)) return true;
  if (SINCE_1970.test(key)) return Number(key) > now * (isFine(key) ? 1_000 : 1);
  const [, date, time = '00:00:00'] = key.endsWith('BC') ? [] : (TIME.exec(key) ?? []);
  return date !== undefined && (date.length > 10 || Date.parse(`${date}T${time}Z`) > now);
}

/**
 * The condition of rows whose value is not ahead.
 *
 * @param name the column, quoted
 * @param type of the column, of a domain what it is made of
 * @param key a value that is ahead
 */
export function notAhead(name: string, type: number, key: string): string {
  switch (type) {
    case OID.date:
    case OID.timestamp:
    case OID.timestamptz:
      return `${name} <= now()`;
    case OID.int8:
    case OID.numeric:
      if (TOPMOST.has(key)) break;
      return `${name} <= (extract(epoch FROM now()) * ${isFine(key) ? 1_000_000 : 1_000})::int8`;
    case OID.float4:
    case OID.float8:
      break;
    default: {
      const separator = key.charAt(10).replace(/[^ T]/, ' ');
      return `${name} <= to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"${separator}"HH24:MI:SS.US')`;
    }
  }
  return `${name}::text NOT IN ('NaN', 'Infinity')`;
}
