import { describe, expect, it } from 'vitest';
import { querySchema } from './query-schema';

/** The issues of a query, as `field: message`. */
function issues(query: unknown): readonly string[] {
  const result = querySchema['~standard'].validate(query);
  if (result instanceof Promise) throw new Error('the schema is asynchronous');
  return (result.issues ?? []).map(({ path = [], message }) => `${path.map(String).join('.')}: ${message}`);
}

const connection = 'x';
const query = { text: 'SELECT 1' };
const table = { name: 't', key: 'id' };

describe('querySchema', () => {
  it.each([
    { connection, query },
    { connection, query: { text: 'SELECT $1', values: [{ entity: 'id' }, [1, null], { a: 1 }] } },
    {
      connection,
      table: { name: 'billing.invoices', key: ['a', 'b'], columns: { x: 'y' }, where: { z: null } },
    },
    { connection, table: { ...table, name: ['a.b', 'c.d'], cursor: 'at', filter: query } },
    {
      connection,
      table: { ...table, cursor: { column: 'at', lag: 5, tombstone: 'gone', fullEvery: 'never' } },
    },
    { connection, query, cursor: { column: 'at', version: 'v' } },
    { connection, table, feed: 'logical', publication: 'p' },
    {
      connection,
      table,
      notify: { channel: 'c', payload: { entity: 'id' } },
      types: { int8: 'number', numeric: 'number', json: 'text', bytea: 'hex', timestamp: 'text' },
      schema: 'invoice',
      session: { role: 'r', settings: { 'app.id': { entity: 'id' } } },
      statementTimeout: 5,
      batch: { rows: 5, bytes: 5 },
    },
  ])('takes %j', (given) => {
    expect(issues(given)).toEqual([]);
    expect(querySchema['~standard'].validate(given)).toEqual({ value: given });
  });

  it.each<[unknown, RegExp]>([
    [undefined, /expected object/],
    [{ query }, /^connection: must name a connection/],
    [{ connection }, /^query: must be given, or table instead/],
    [{ connection, query, table }, /^query: must be given, or table instead; not both/],
    [{ connection, query: { text: ' ' } }, /^query\.text: must not be empty/],
    [{ connection, query: { text: 'x', values: [undefined] } }, /^query\.values\.0: must be a JSON value/],
    [{ connection, query, limit: 1 }, /Unrecognized key: "limit"/],
    [{ connection, table: { name: 't' } }, /^table\.key/],
    [{ connection, table: { ...table, key: [] } }, /^table\.key/],
    [{ connection, table: { ...table, name: 'a.b.c' } }, /^table\.name: must be table or schema\.table/],
    [{ connection, table: { ...table, columns: ['a\0b'] } }, /^table\.columns/],
    [{ connection, table, cursor: { column: 'at', lag: 1 } }, /^cursor: is for query/],
    [{ connection, query, cursor: { column: 'at' } }, /^cursor\.version: must be given, or lag instead/],
    [{ connection, query, cursor: { column: 'at', lag: 1, version: 'v' } }, /not both/],
    [{ connection, table: { ...table, cursor: { column: 'at', lag: 0 } } }, /^table\.cursor/],
    [{ connection, query, feed: 'logical', publication: 'p' }, /^feed: needs a table/],
    [{ connection, table, feed: 'logical' }, /^publication: must name/],
    [{ connection, table, feed: 'physical', publication: 'p' }, /^feed: must be "logical"/],
    [
      { connection, table: { ...table, cursor: 'at' }, feed: 'logical', publication: 'p' },
      /^feed: goes without/,
    ],
    [{ connection, table, publication: 'p' }, /^publication: is for a feed/],
    [{ connection, table, notify: { channel: 'x'.repeat(64) } }, /^notify\.channel: is longer/],
    [{ connection, table, session: { settings: { role: 'x' } } }, /must be a setting of your own/],
    [{ connection, table, session: { settings: { 'a.b': undefined } } }, /^session\.settings\.a\.b/],
    [{ connection, table, types: { int8: 'bigint' } }, /^types\.int8/],
    [{ connection, table, batch: { rows: 0 } }, /^batch\.rows: must be 1 or more/],
  ])('refuses %j', (given, message) => {
    expect(issues(given)).toEqual([expect.stringMatching(message)]);
  });
});
