import { deskSchemaText } from '@stateful-workflow/dev-services';
import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { documentCache } from './document-cache';
import { querySchemaWith } from './query-schema';

const schema = querySchemaWith(documentCache(undefined));
const strict = querySchemaWith(documentCache(buildSchema(deskSchemaText)));

/** The issues of a query, as `field: message`. */
function issues(query: unknown, by = schema): readonly string[] {
  const result = by['~standard'].validate(query);
  if (result instanceof Promise) throw new Error('the schema is asynchronous');
  return (result.issues ?? []).map(({ path = [], message }) => `${path.map(String).join('.')}: ${message}`);
}

const document = 'query ($id: ID!, $after: String) { customer(id: $id) { name } }';
const good = { document, variables: { id: '{id}' } };

describe('querySchema', () => {
  it.each([
    good,
    {
      ...good,
      path: '/graphql',
      headers: { 'X-Tenant': 't1' },
      errorPolicy: 'all',
      maxPages: 2,
      maxRecords: 9,
    },
    {
      ...good,
      path: 'https://x.example.com/graphql',
      persisted: 'get',
      batch: 5,
      also: [{ document: '{ a }' }],
    },
    {
      ...good,
      items: 'customer.name',
      pagination: { type: 'cursor', variable: 'after', cursor: 'customer.name' },
    },
    { ...good, pagination: { type: 'offset', variable: 'after', total: 'x' } },
    { ...good, incremental: { variable: 'after', field: 'updatedAt', lag: 5, fullEvery: 'never' } },
    { document: 'query ($x: In! = { a: 1 }) { a(x: $x) }' },
    { ...good, variables: { id: ['{id}', { of: '{entityName}', json: '{"a":1}' }] } },
  ])('takes %j', (query) => {
    expect(issues(query)).toEqual([]);
    expect(schema['~standard'].validate(query)).toEqual({ value: query });
  });

  it.each<[unknown, RegExp]>([
    [{}, /^document: /],
    [{ document: '{ a' }, /^document: is not GraphQL/],
    [{ document }, /^variables\.id: is missing, and the document needs it/],
    [
      { ...good, variables: { id: 1, ID: 2 } },
      /^variables\.ID: is not a variable of the document \(id, after\)/,
    ],
    [{ ...good, variables: { id: '{who}' } }, /^variables\.id: has the placeholder \{who\}/],
    [{ ...good, variables: { id: [{ deep: '{who}' }] } }, /^variables\.id: has the placeholder/],
    [{ ...good, items: 'customer.tickets' }, /^items: the document does not ask for "customer\.tickets"/],
    [{ document: '{ a b }' }, /^items: is missing, and the query has several fields \(a, b\)/],
    [{ ...good, items: 'a..b' }, /^items: must be a dotted path/],
    [{ ...good, path: 'graphql' }, /^path: must start with/],
    [{ ...good, path: '//evil.example.com' }, /^path: must start with/],
    [{ ...good, headers: { cookie: 'a' } }, /^headers\.cookie: would put a secret/],
    [{ ...good, headers: { 'X-A': 'a\nb' } }, /^headers\.X-A: must be one line/],
    [{ ...good, errorPolicy: 'some' }, /^errorPolicy: must be "none", "all" or "ignore"/],
    [{ ...good, persisted: true }, /^persisted: must be "post" or "get"/],
    [{ ...good, batch: 0 }, /^batch: must be 1 or more/],
    [{ ...good, pagination: { type: 'page' } }, /^pagination/],
    [
      {
        document: 'query ($a: Int) { x(after: $a) { nodes { id } pageInfo { hasNextPage endCursor } } }',
        pagination: { type: 'offset', variable: 'a' },
      },
      /^pagination: is not for a connection/,
    ],
    [
      { ...good, pagination: { type: 'offset', variable: 'offset' } },
      /^variables\.offset: is not a variable/,
    ],
    [{ ...good, incremental: { variable: 'since', field: 'x' } }, /^variables\.since: is not a variable/],
    [{ ...good, also: [{ document: 'mutation { a }' }] }, /^also\.0\.document: holds a mutation/],
    [{ ...good, also: [{ document }] }, /^also\.0\.variables\.id: is missing/],
    [{ ...good, itmes: 'a' }, /Unrecognized key: "itmes"/],
  ])('refuses %j', (query, message) => {
    expect(issues(query)).toEqual([expect.stringMatching(message)]);
  });

  it('checks documents against the schema, where there is one', () => {
    expect(issues({ document: '{ tickets { title } }' }, strict)).toEqual([
      expect.stringMatching(/^document: does not fit the schema \(line 1, column 13/),
    ]);
    expect(issues({ document: '{ tickets { totalCount } }' }, strict)).toEqual([]);
  });
});
