import { parseExactJson } from '@stateful-workflow/core';
import { parse as parseArray } from 'postgres-array';
import { PostgresFault } from './postgres-fault';
import type { TypeOptions } from './postgres-query';

/** Turns what the server writes for a value into JSON. */
export type ValueParser = (text: string) => unknown;

/** The types by their fixed object ids, as in `pg_type.dat`. */
export const OID = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
  jsonb: 3802,
} as const;

/** Types whose text is their value, so common that nobody needs to ask: name, text, bpchar, varchar, date, time, interval, uuid. */
const TEXTUAL = [19, 25, 1042, 1043, 1082, 1083, 1186, 2950];

/** What the database said of types: the type of the items of arrays, `null` for others. */
export type KnownTypes = Map<number, number | null>;

const text: ValueParser = (value) => value;

/** A number, or the text where JSON has none: NaN, Infinity and -Infinity. */
const float: ValueParser = (value) => {
  const number = Number(value);
  return Number.isFinite(number) ? number : value;
};

const nearest: ValueParser = (value) => {
  const number = Number(value);
  return Number.isFinite(number) ? number : value;
};

const safeInteger: ValueParser = (value) => {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new PostgresFault(
    'invalid',
    `An int8 of ${value.length} digits is beyond what a number holds exactly. Leave types.int8 out to get it as text.`,
  );
};

/** `2026-01-31 12:00:00.5+00` → `2026-01-31T12:00:00.5Z`. Infinity and years BC stay as they are written. */
const isoTimestamp: ValueParser = (value) => {
  if (value.charCodeAt(10) !== 0x20) return value.endsWith('BC') ? value : longYear(value);
  if (value.endsWith('BC')) return value;
  const rest = value.endsWith('+00') ? `${value.slice(11, -3)}Z` : value.slice(11);
  return `${value.slice(0, 10)}T${rest}`;
};

/** ISO 8601 writes years beyond 9999 with a sign and six digits. */
const longYear: ValueParser = (value) => {
  const [, year = '', rest = '', time = ''] = /^(\d{5,6})(-\d\d-\d\d) (.*)$/.exec(value) ?? [];
  if (year === '') return value;
  return `+${year.padStart(6, '0')}${rest}T${time.endsWith('+00') ? `${time.slice(0, -3)}Z` : time}`;
};

const parsedJson: ValueParser = (value) => {
  try {
    return parseExactJson(value, { refuse: 'levels' });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PostgresFault(
      'invalid',
      `A json value of the source ${error.message}, or as text: types.json.`,
    );
  }
};

const base64: ValueParser = (value) => Buffer.from(value.slice(2), 'hex').toString('base64');
const hex: ValueParser = (value) => value.slice(2);

/**
 * The parsers of one query, as `pg` takes them: none of them is global.
 *
 * A type that is not known yet is noted in `unknown` and comes out as its text.
 */
export class ValueParsers {
  readonly #byType = new Map<number, ValueParser>();
  readonly #known: KnownTypes;
  readonly unknown = new Set<number>();

  constructor(options: TypeOptions = {}, known: KnownTypes = new Map()) {
    this.#known = known;
    const set = (type: number, parser: ValueParser): void => void this.#byType.set(type, parser);
    const timestamp = options.timestamp === 'text' ? text : isoTimestamp;
    const json = options.json === 'text' ? text : parsedJson;
    for (const type of [OID.int2, OID.int4, OID.oid]) set(type, Number);
    for (const type of [OID.float4, OID.float8]) set(type, float);
    for (const type of [OID.json, OID.jsonb]) set(type, json);
    for (const type of [OID.timestamp, OID.timestamptz]) set(type, timestamp);
    for (const type of TEXTUAL) set(type, text);
    set(OID.bool, (value) => value === 't');
    set(OID.int8, options.int8 === 'number' ? safeInteger : text);
    set(OID.numeric, options.numeric === 'number' ? nearest : text);
    set(OID.bytea, options.bytea === 'hex' ? hex : base64);
  }

  /** What `pg` calls for each column of a result. */
  readonly getTypeParser = (type: number): ValueParser => {
    const known = this.#byType.get(type);
    if (known !== undefined) return known;
    const parser = this.#make(type);
    if (!this.unknown.has(type)) this.#byType.set(type, parser);
    return parser;
  };

  #make(type: number): ValueParser {
    const item = this.#known.get(type);
    if (item === undefined) this.unknown.add(type);
    if (item == null) return text;
    const parser = this.getTypeParser(item);
    return (value) => parseArray(value, parser);
  }
}

/**
 * Looks types up: `[type, type of its items or null]`. Domains count as what they are made of. Arrays whose items
 * are not parted by commas (of boxes), and vectors, which are no arrays but in name, stay text.
 */
export const TYPE_QUERY = `
WITH RECURSIVE asked AS (SELECT oid, typelem, typoutput FROM pg_catalog.pg_type WHERE oid = ANY($1::oid[])),
item AS (
  SELECT a.oid AS asked, e.oid, e.typbasetype
  FROM asked a JOIN pg_catalog.pg_type e ON e.oid = a.typelem
  WHERE a.typoutput = 'pg_catalog.array_out'::regproc AND e.typdelim = ','
  UNION ALL
  SELECT i.asked, e.oid, e.typbasetype
  FROM item i JOIN pg_catalog.pg_type e ON e.oid = i.typbasetype
  WHERE i.typbasetype <> 0
)
SELECT a.oid, (SELECT i.oid FROM item i WHERE i.asked = a.oid AND i.typbasetype = 0) FROM asked a`;
