import { describe, expect, it } from 'vitest';
import type { TypeOptions } from '../src/index';
import { adapter, database, failure, on, records } from './support';

/** What an expression comes out as. */
async function valueOf(expression: string, types?: TypeOptions, setup = ''): Promise<unknown> {
  const postgres = adapter(await database(setup));
  const query = on({ query: { text: `SELECT ${expression} AS value` }, ...(types && { types }) });
  const [record] = await records(postgres, query);
  return (record as { value: unknown }).value;
}

describe('values', () => {
  it.each<[string, unknown, TypeOptions?]>([
    ['true', true],
    ['null::int4', null],
    ['32767::int2', 32767],
    ['2147483647', 2147483647],
    ['4294967295::oid', 4294967295],
    ['9223372036854775807::int8', '9223372036854775807'],
    ['42::int8', 42, { int8: 'number' }],
    ['123456789012345678901234567890.10::numeric', '123456789012345678901234567890.10'],
    ['1.10::numeric', 1.1, { numeric: 'number' }],
    ["'NaN'::numeric", 'NaN', { numeric: 'number' }],
    ["'Infinity'::numeric", 'Infinity'],
    ['0.1::float8', 0.1],
    ["'NaN'::float8", 'NaN'],
    ["'-Infinity'::float4", '-Infinity'],
    ["'12.34'::money", '$12.34'],
    ["timestamptz '2026-01-31 12:00:00.123456+02'", '2026-01-31T10:00:00.123456Z'],
    ["timestamptz '2026-01-31 12:00:00+02'", '2026-01-31 10:00:00+00', { timestamp: 'text' }],
    ["timestamptz 'infinity'", 'infinity'],
    ["timestamptz '-infinity'", '-infinity'],
    ["timestamptz '0044-03-15 12:00:00+00 BC'", '0044-03-15 12:00:00+00 BC'],
    ["timestamptz '12026-01-31 12:00:00+00'", '+012026-01-31T12:00:00Z'],
    ["timestamp '2026-01-31 12:00:00.5'", '2026-01-31T12:00:00.5'],
    ["date '2026-01-31'", '2026-01-31'],
    ["date 'infinity'", 'infinity'],
    ["time '12:00:00.5'", '12:00:00.5'],
    ["interval '1 year 2 days 03:00'", 'P1Y2DT3H'],
    ["'\\x00ff10'::bytea", 'AP8Q'],
    ["'\\x00ff10'::bytea", '00ff10', { bytea: 'hex' }],
    ["'{}'::int4[]", []],
    ["'{1,NULL,3}'::int4[]", [1, null, 3]],
    [
      "'{{1,2},{3,4}}'::int8[]",
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    ["'[0:1]={7,8}'::int4[]", [7, 8]],
    [`ARRAY['a "b"', 'c,d', 'NULL', null, '']`, ['a "b"', 'c,d', 'NULL', null, '']],
    ["ARRAY[timestamptz '2026-01-31 12:00:00Z']", ['2026-01-31T12:00:00Z']],
    ["ARRAY['\\x01'::bytea]", ['AQ==']],
    ['ARRAY[\'{"a": 1}\'::jsonb]', [{ a: 1 }]],
    ['ARRAY[int4range(1, 5)]', ['[1,5)']],
    ["ARRAY['10.0.0.1'::inet]", ['10.0.0.1']],
    ["ARRAY[box '((0,0),(1,1))']", '{(1,1),(0,0)}'],
    ['int8range(1, 9223372036854775807)', '[1,9223372036854775807)'],
    ["'empty'::numrange", 'empty'],
    ["tstzrange('2026-01-01', null)", '["2026-01-01 00:00:00+00",)'],
    ["'{[1,3),[5,7)}'::int4multirange", '{[1,3),[5,7)}'],
    [`'{"a": [1, 2.5, "x", null, true]}'::json`, { a: [1, 2.5, 'x', null, true] }],
    [
      `'{"n": 12345678901234567890, "m": 0.1, "e": 1e400, "f": 1.50}'::json`,
      { n: '12345678901234567890', m: 0.1, e: '1e400', f: 1.5 },
    ],
    [
      `'{"n": 1234567890123456789.123, "s": "12345678901234567890", "i": 100000000000000000000}'::jsonb`,
      { n: '1234567890123456789.123', s: '12345678901234567890', i: 100000000000000000000 },
    ],
    [
      `'[1234567890.12345678, 99999999999.9999999, 9007199254740993]'::jsonb`,
      ['1234567890.12345678', '99999999999.9999999', '9007199254740993'],
    ],
    [`'{"a": 1, "a": 2, "n": 12345678901234567890}'::json`, { a: 2, n: '12345678901234567890' }],
    [`'{"b":1,"a":2}'::json`, '{"b":1,"a":2}', { json: 'text' }],
    ["'null'::jsonb", null],
    ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ["'10.0.0.0/8'::cidr", '10.0.0.0/8'],
    ["B'101'", '101'],
    ["'x'::char(3)", 'x  '],
    ["point '(1,2)'", '(1,2)'],
    ["ROW(1, 'a')", '(1,a)'],
    // Called arrays, and written without braces.
    ["'1 2 3'::int2vector", '1 2 3'],
    ["'1 2 3'::oidvector", '1 2 3'],
    ['pg_current_xact_id_if_assigned()', null],
  ])('%s is %j', async (expression, value, types) => {
    expect(await valueOf(expression, types)).toEqual(value);
  });

  it.each<[string, unknown]>([
    ["'happy'::mood", 'happy'],
    ["ARRAY['happy', 'sad']::mood[]", ['happy', 'sad']],
    ['ARRAY[1, 2]::positive[]', ['1', '2']],
    ['7::positive', '7'],
    ['ARRAY[1.5]::price[]', [1.5]],
    ["'[1,3)'::span", '[1,3)'],
    ["ROW('a', 'happy')::pair", '(a,happy)'],
  ])('of types that somebody made: %s is %j', async (expression, value) => {
    const setup = `CREATE TYPE mood AS ENUM ('happy', 'sad'); CREATE DOMAIN positive AS int8 CHECK (value > 0);
      CREATE DOMAIN price AS float8; CREATE TYPE span AS RANGE (subtype = int4); CREATE TYPE pair AS (a text, b mood)`;
    expect(await valueOf(expression, undefined, setup)).toEqual(value);
  });

  it('are learnt once for each database, and never by global parsers', async () => {
    const { types } = await import('pg');
    const before = types.getTypeParser(20);
    const db = await database("CREATE TYPE mood AS ENUM ('happy')");
    const postgres = adapter(db);
    const query = on({ query: { text: "SELECT ARRAY['happy']::mood[] AS moods, 1::int8 AS n" } });
    for (let i = 0; i < 2; i++)
      expect(await records(postgres, query)).toEqual([{ moods: ['happy'], n: '1' }]);
    expect(types.getTypeParser(20)).toBe(before);
  });

  it('that a number cannot hold are refused, without being repeated', async () => {
    const postgres = adapter(await database());
    const query = on({ query: { text: 'SELECT 9007199254740993::int8 AS n' }, types: { int8: 'number' } });
    const error = await failure(postgres, query);
    expect(error.message).toContain('Leave types.int8 out');
    expect(error.message).not.toContain('9007199254740993');
    expect(postgres.classify(error).kind).toBe('invalid');
  });

  it('that are nested too deeply are refused, however deeply', async () => {
    const postgres = adapter(await database());
    const nested = (levels: number): string =>
      `SELECT i AS id, (repeat('[', ${levels}) || repeat(']', ${levels}))::json AS value FROM generate_series(1, 99) AS i`;
    for (const levels of [102, 5_000]) {
      const query = on({ query: { text: nested(levels) } });
      expect(postgres.classify(await failure(postgres, query))).toEqual({
        kind: 'invalid',
        message:
          'A json value of the source is nested more than 100 levels deep. Have it sent flatter, or as text: types.json.',
      });
    }
    expect(await records(postgres, on({ query: { text: nested(100) } }))).toHaveLength(99);
    expect(
      await records(postgres, on({ query: { text: nested(5_000) }, types: { json: 'text' } })),
    ).toHaveLength(99);
  });

  it('do not depend on how the role, the database or the server writes them', async () => {
    const db = await database();
    await db.exec(`ALTER DATABASE ${db.name} SET DateStyle = 'German, DMY'`);
    await db.exec(`ALTER DATABASE ${db.name} SET TimeZone = 'Asia/Tokyo'`);
    await db.exec(`ALTER DATABASE ${db.name} SET bytea_output = 'escape'`);
    const text = "SELECT timestamptz '2026-01-31 12:00:00Z' AS at, '\\x00ff'::bytea AS b";
    expect(await records(adapter(db), on({ query: { text } }))).toEqual([
      { at: '2026-01-31T12:00:00Z', b: 'AP8=' },
    ]);
  });
});
