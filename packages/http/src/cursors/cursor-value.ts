import { parseTimestamp, type Timestamp } from './timestamp';

/** A value of the field that grows with every change. */
export type CursorValue = string | number;

/** Numbers of microseconds, milliseconds and seconds since 1970, each with the least that can be one: that of 2001. */
const UNITS = [
  { least: 1e15, perMs: 1_000 },
  { least: 1e12, perMs: 1 },
  { least: 1e9, perMs: 1 / 1_000 },
] as const;
/** Above it a number is no time: ids that hold a time begin there. */
const MOST = 1e17;

const DECIMAL = /^([-+]?\d+)(?:\.(\d+))?$/;

/** What a value is, so that it can be worked with in the notation that it has. */
type Read =
  | ({ readonly kind: 'time' } & Timestamp)
  | { readonly kind: 'number'; readonly size: bigint; readonly finer: string }
  | { readonly kind: 'text' };

function read(value: CursorValue, zone: string | undefined): Read {
  const text = String(value);
  // Of so few digits, only text is a date.
  const timestamp = typeof value === 'number' && text.length <= 8 ? undefined : parseTimestamp(text, zone);
  if (timestamp !== undefined) return { kind: 'time', ...timestamp };
  const [, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  return whole === undefined ? { kind: 'text' } : { kind: 'number', size: BigInt(whole), finer: fraction };
}

const RANK = { time: 2, number: 1, text: 0 } as const;

/**
 * Which of two values comes later: times by the clock whatever their notation, numbers by size, also those that are
 * text since they have many digits, other text by its characters. A time is later than a number, and either is later
 * than other text, such as "infinity", which so never takes the place of one.
 *
 * @param zone of times without a zone. @default UTC
 * @returns more than 0 when `a` is later, less than 0 when `b` is, 0 when neither is
 */
export function compareValues(a: CursorValue, b: CursorValue, zone?: string): number {
  if (a === b) return 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [x, y] = [read(a, zone), read(b, zone)];
  if (x.kind === 'text' || y.kind === 'text' || x.kind !== y.kind)
    return RANK[x.kind] - RANK[y.kind] || (String(a) > String(b) ? 1 : -1);
  const [m, n] = [x.kind === 'time' ? x.time : x.size, y.kind === 'time' ? y.time : y.size];
  if (m !== n) return m > n ? 1 : -1;
  const [p, q] = [x.finer.replace(/0+$/, ''), y.finer.replace(/0+$/, '')];
  return p === q ? 0 : p > q ? 1 : -1;
}

/** Whether a value is a time or a number, so that there is a before and an after. */
export const isOrdered = (value: unknown, zone?: string): value is CursorValue =>
  typeof value === 'number'
    ? Number.isFinite(value)
    : typeof value === 'string' && read(value, zone).kind !== 'text';

/**
 * A value so much earlier, in the notation that it has.
 *
 * @param lag milliseconds of a time, units of a number. Other text has no earlier, and stays
 * @param zone of times without a zone. @default UTC
 */
export function earlierValue(value: CursorValue, lag: number, zone?: string): CursorValue {
  if (lag === 0) return value;
  const known = read(value, zone);
  if (known.kind === 'time') return like(value, known.write(known.time - lag, known.finer));
  if (typeof value === 'number') return value - lag;
  if (known.kind === 'text') return value;
  const whole = known.size - BigInt(Math.ceil(lag));
  return known.finer === '' ? String(whole) : `${whole}.${known.finer}`;
}

/**
 * A value that is no later than a time, in the notation that it has: what lies in the future would hide all that is
 * written until then.
 *
 * @param time milliseconds since 1970. It is compared with times, and with numbers that can be seconds, milliseconds or
 *   microseconds since 1970
 * @param zone of times without a zone. @default UTC
 */
export function cappedValue(value: CursorValue, time: number, zone?: string): CursorValue {
  const known = read(value, zone);
  if (known.kind === 'time') return known.time <= time ? value : like(value, known.write(time));
  const number = Number(value);
  const unit = number < MOST ? UNITS.find(({ least }) => number >= least) : undefined;
  const most = unit === undefined ? Infinity : Math.floor(time * unit.perMs);
  return Number.isNaN(number) || number <= most ? value : like(value, String(most));
}

/** Text as what a value is: a number again, where that is one. */
const like = (value: CursorValue, text: string): CursorValue =>
  typeof value === 'number' ? Number(text) : text;
