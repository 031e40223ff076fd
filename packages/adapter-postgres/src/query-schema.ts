import { z } from 'zod';
import type { Parameter, ParameterJson } from './postgres-query';

const wholeNumber = z.number('must be a number').int('must be a whole number').min(1, 'must be 1 or more');
const milliseconds = wholeNumber.max(2 ** 31 - 1, 'must be 2147483647 ms or less');
const name = z
  .string('must be a name')
  .min(1, 'must not be empty')
  .max(63, 'is longer than the 63 characters of a Postgres name')
  .refine((text) => !text.includes('\0'), 'holds a zero byte');

const json: z.ZodType<ParameterJson> = z.lazy(() =>
  z.union(
    [
      z.string(),
      z.number(),
      z.boolean(),
      z.null(),
      z.array(json).readonly(),
      z.record(z.string(), json).readonly(),
    ],
    'must be a JSON value, entity.id or entity.name',
  ),
);
const parameter: z.ZodType<Parameter> = json;

const statement = z
  .strictObject({
    text: z.string('must be SQL').trim().min(1, 'must not be empty'),
    values: z.array(parameter).readonly().optional(),
  })
  .readonly();

const cursorFields = {
  column: name,
  lag: milliseconds.optional(),
  tombstone: name.optional(),
  fullEvery: z.union([milliseconds, z.literal('never')], 'must be milliseconds, or "never"').optional(),
};
const tableCursor = z.strictObject(cursorFields).readonly();

const tableName = z.union(
  [
    z
      .string()
      .regex(
        /^[^.]+(\.[^.]+)?$/,
        'must be table or schema.table; write names with a dot as ["schema", "table"]',
      ),
    z.tuple([name, name]).readonly(),
  ],
  'must be table, schema.table or ["schema", "table"]',
);

const table = z
  .strictObject({
    name: tableName,
    key: z.union([name, z.array(name).min(1, 'must name a column').readonly()]),
    columns: z
      .union([
        z.array(name).min(1, 'must name a column').readonly(),
        z.record(z.string().min(1), name).readonly(),
      ])
      .optional(),
    where: z.record(name, parameter).readonly().optional(),
    filter: statement.optional(),
    cursor: z.union([name, tableCursor], 'must be a column, or an object with one').optional(),
  })
  .readonly();

const types = z
  .strictObject({
    int8: z.enum(['text', 'number']).optional(),
    numeric: z.enum(['text', 'number']).optional(),
    json: z.enum(['parsed', 'text']).optional(),
    bytea: z.enum(['base64', 'hex']).optional(),
    timestamp: z.enum(['iso', 'text']).optional(),
  })
  .readonly();

const session = z
  .strictObject({
    role: parameter.optional(),
    settings: z
      .record(z.string(), parameter)
      .superRefine((settings, context) => {
        for (const key of Object.keys(settings))
          if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/.test(key))
            context.addIssue({
              code: 'custom',
              message: 'must be a setting of your own, with a dot in its name: app.customer_id',
              path: [key],
            });
      })
      .readonly()
      .optional(),
  })
  .readonly();

/**
 * Checks a `PostgresQuery` before every load. Strict: a key that it does not know is refused, so that a typing
 * error is an error and not a default.
 */
export const querySchema = z
  .strictObject({
    connection: z.string('must name a connection').min(1, 'must name a connection'),
    query: statement.optional(),
    table: table.optional(),
    cursor: z
      .strictObject({ ...cursorFields, version: name.optional() })
      .readonly()
      .optional(),
    feed: z.literal('logical', 'must be "logical"').optional(),
    publication: name.optional(),
    notify: z.strictObject({ channel: name, payload: parameter.optional() }).readonly().optional(),
    types: types.optional(),
    schema: z.string().min(1, 'must not be empty').optional(),
    session: session.optional(),
    statementTimeout: milliseconds.optional(),
    batch: z
      .strictObject({
        rows: wholeNumber.max(100_000, 'must be 100000 or less').optional(),
        bytes: wholeNumber.max(2 ** 28, 'must be 268435456 (256 MiB) or less').optional(),
      })
      .readonly()
      .optional(),
  })
  .superRefine((query, context) => {
    const refuse = (path: readonly string[], message: string): void =>
      void context.addIssue({ code: 'custom', path: [...path], message });
    if ((query.query === undefined) === (query.table === undefined))
      refuse(['query'], 'must be given, or table instead; not both');
    if (query.cursor !== undefined) {
      if (query.query === undefined) refuse(['cursor'], "is for query; a table's stands in table");
      else if ((query.cursor.version === undefined) === (query.cursor.lag === undefined))
        refuse(['cursor', 'version'], 'must be given, or lag instead; not both');
    }
    if (query.feed === undefined) {
      if (query.publication !== undefined) refuse(['publication'], 'is for a feed');
    } else {
      if (query.table === undefined) refuse(['feed'], 'needs a table');
      if (query.table?.cursor !== undefined) refuse(['feed'], 'goes without a cursor');
      if (query.publication === undefined)
        refuse(['publication'], 'must name the publication that the feed reads');
    }
  })
  .readonly();
