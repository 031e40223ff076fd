import { describe, expect, it } from 'vitest';
import { querySchema } from './query-schema';

/** The issues of a query, as `field: message`. */
function issues(query: unknown): readonly string[] {
  const result = querySchema['~standard'].validate(query);
  if (result instanceof Promise) throw new Error('the schema is asynchronous');
  return (result.issues ?? []).map(({ path = [], message }) => `${path.map(String).join('.')}: ${message}`);
}

describe('querySchema', () => {
  it.each([
    { path: '/customers/{id}' },
    { path: 'https://crm.example.com/me' },
    {
      path: '/customers?x={entityName}',
      params: { a: 'x', b: 1, c: true, d: '{"json":[1]}' },
      headers: { 'X-Tenant': 't1', Accept: 'application/hal+json' },
      items: 'data.items',
      pagination: {
        type: 'page',
        pageParam: 'p',
        sizeParam: 'n',
        size: 50,
        firstPage: 0,
        hasMore: 'meta.more',
        maxPages: 10,
      },
    },
    { path: '/x', params: undefined, pagination: undefined },
    {
      path: '/{tenant}/search',
      method: 'POST',
      body: { where: ['{id}', '{tenant}', null, 1, true], nested: { deep: '{entityName}' } },
      values: { tenant: 't1' },
      selector: 'hits',
      schema: 'Contact',
      invalid: 'skip',
      maxRecords: 5,
      incremental: { field: 'meta.at', param: 'since', lag: 5, initial: '2026-01-01', fullEvery: 'never' },
    },
    { path: '/x', format: 'ndjson', incremental: { field: 'at', param: 'since', fullEvery: 1_000 } },
    { path: '/x', pagination: { type: 'offset', total: 'meta.count', maxPages: 3 } },
    { path: '/x', pagination: { type: 'cursor', header: 'X-Next' } },
    { path: '/x', pagination: { type: 'next', next: 'links.next' } },
    { path: '/x', pagination: { type: 'link', rel: 'further' } },
    { path: '/x', pagination: { type: 'custom', name: 'keyset' } },
  ])('takes %j', (query) => {
    expect(issues(query)).toEqual([]);
    expect(querySchema['~standard'].validate(query)).toEqual({ value: query });
  });

  it.each<[unknown, RegExp]>([
    [undefined, /expected object/],
    [{}, /^path: .*expected string/],
    [{ path: '' }, /^path: must start with a single \//],
    [{ path: '/x', item: { path: '/x/1' } }, /^item\.path: must hold \{item\}/],
    [{ path: '/x', item: { path: '/x/{item}/{who}' } }, /^item\.path: has the placeholder \{who\}/],
    [{ path: '/x', ignoreSigns: [''] }, /^ignoreSigns\.0: must not be empty/],
    [{ path: '/x', unframed: true }, /^unframed: needs format "ndjson"/],
    [{ path: 'customers' }, /^path: must start with/],
    [{ path: '//evil.example.com/x' }, /^path: must start with/],
    [{ path: 'file:///etc/passwd' }, /^path: must start with/],
    [{ path: '/x\\..\\y' }, /^path: must not hold/],
    [{ path: '/x\ny' }, /^path: must not hold/],
    [{ path: '/x#y' }, /^path: must not hold/],
    [{ path: '/x/{ID}' }, /^path: has the placeholder \{ID\}; there are \{id\} and \{entityName\}/],
    [{ path: 'https://{id}.example.com/' }, /^path: must not have a template in its host/],
    [{ path: '/x', query: {} }, /Unrecognized key: "query"/],
    [{ path: '/x', params: { a: null } }, /^params\.a: must be a string, a number or a boolean/],
    [{ path: '/x', params: { a: '{who}' } }, /^params\.a: has the placeholder/],
    [{ path: '/x', headers: { Authorization: 'Bearer x' } }, /^headers\.Authorization: would put a secret/],
    [{ path: '/x', headers: { cookie: 'a=b' } }, /^headers\.cookie: would put a secret/],
    [{ path: '/x', headers: { HOST: 'evil' } }, /^headers\.HOST: is set by the adapter itself/],
    [{ path: '/x', headers: { 'If-None-Match': '*' } }, /^headers\.If-None-Match: is set by the adapter/],
    [{ path: '/x', headers: { 'Transfer-Encoding': 'chunked' } }, /is set by the adapter/],
    [{ path: '/x', headers: { 'X-A: 1\r\nX-B': '2' } }, /is not a header name/],
    [{ path: '/x', headers: { 'X-A': '1\r\nX-B: 2' } }, /^headers\.X-A: must be one line/],
    [{ path: '/x', headers: { 'X-A': '€' } }, /^headers\.X-A: must be one line/],
    [{ path: '/x', items: 'a..b' }, /^items: must be a dotted path/],
    [{ path: '/x', pagination: {} }, /^pagination\.type: must be "page", "offset"/],
    [{ path: '/x', pagination: { type: 'scroll' } }, /^pagination\.type: must be "page"/],
    [{ path: '/x', pagination: { type: 'page', size: 0 } }, /^pagination\.size: must be 1 or more/],
    [{ path: '/x', pagination: { type: 'page', size: 1.5 } }, /^pagination\.size: must be a whole number/],
    [
      { path: '/x', pagination: { type: 'page', firstPage: -1 } },
      /^pagination\.firstPage: must be 0 or more/,
    ],
    [
      { path: '/x', pagination: { type: 'page', pageParam: '' } },
      /^pagination\.pageParam: must not be empty/,
    ],
    [{ path: '/x', pagination: { type: 'page', pageSize: 5 } }, /Unrecognized key: "pageSize"/],
    [
      { path: '/x', pagination: { type: 'page', pageParam: 'pageSize' } },
      /^pagination\.sizeParam: must differ/,
    ],
    [
      { path: '/x', params: { page: 2 }, pagination: { type: 'page' } },
      /^params\.page: is set by pagination/,
    ],
    [{ path: '/x', method: 'DELETE' }, /^method: must be "GET" or "POST"/],
    [{ path: '/x', body: {} }, /^body: needs method "POST"/],
    [
      { path: '/x', method: 'POST', body: { a: [{ b: '{who}' }] } },
      /^body\.a\.0\.b: has the placeholder \{who\}/,
    ],
    [{ path: '/x', values: { id: 'c_1' } }, /^values\.id: is of the entity/],
    [{ path: '/x', values: { 'a b': 'c' } }, /^values\.a b: .*/],
    [{ path: '/x', items: 'a', selector: 'b' }, /^selector: takes the place of items/],
    [{ path: '/x', invalid: 'skip' }, /^invalid: needs a schema/],
    [{ path: '/x', format: 'csv' }, /^format: must be "json" or "ndjson"/],
    [{ path: '/x', format: 'ndjson', pagination: { type: 'link' } }, /^pagination: does not go with format/],
    [{ path: '/x', pagination: { type: 'cursor' } }, /^pagination: needs cursor or header/],
    [
      { path: '/x', pagination: { type: 'cursor', cursor: 'a', header: 'b' } },
      /^pagination: needs cursor or header/,
    ],
    [{ path: '/x', pagination: { type: 'next' } }, /^pagination\.next: /],
    [
      { path: '/x', pagination: { type: 'offset', total: 'a', hasMore: 'b' } },
      /^pagination\.total: says the same as hasMore/,
    ],
    ...(['totalPages', 'lastPage'] as const).map((sign): [unknown, RegExp] => [
      { path: '/x', pagination: { type: 'offset', [sign]: 'a' } },
      new RegExp(`^pagination\\.${sign}: goes with numbered pages`),
    ]),
    [
      { path: '/x', pagination: { type: 'cursor', cursor: 'a', lastPage: 'b' } },
      /^pagination\.lastPage: goes with numbered pages\. Use total/,
    ],
    [
      { path: '/x', pagination: { type: 'page', totalPages: 'a', lastPage: 'b' } },
      /^pagination\.lastPage: says the same as totalPages/,
    ],
    [
      { path: '/x', pagination: { type: 'cursor', cursor: 'a', endCursor: null } },
      /^pagination\.endCursor: must be a text or a number, or several/,
    ],
    [
      { path: '/x', pagination: { type: 'page', endsEmpty: true } },
      /^pagination: Unrecognized key: "endsEmpty"/,
    ],
    [
      { path: '/x', pagination: { type: 'offset', limitParam: 'offset' } },
      /^pagination\.limitParam: must differ from offsetParam/,
    ],
    [{ path: '/x', incremental: { field: 'at' } }, /^incremental\.param: /],
    [
      { path: '/x', incremental: { field: 'at', param: 'since', lag: -1 } },
      /^incremental\.lag: must be 0 or more/,
    ],
    [
      { path: '/x', params: { since: 1 }, incremental: { field: 'at', param: 'since' } },
      /^params\.since: is set by incremental/,
    ],
    [
      { path: '/x', pagination: { type: 'page' }, incremental: { field: 'at', param: 'page' } },
      /^incremental\.param: is set by pagination/,
    ],
  ])('refuses %j', (query, message) => {
    expect(issues(query)).toEqual([expect.stringMatching(message)]);
  });

  it('never repeats the value of a header', () => {
    expect(
      issues({ path: '/x', headers: { Authorization: 's3cret', 'X-A': 's3cret\n' } }).join(),
    ).not.toContain('s3cret');
  });
});
