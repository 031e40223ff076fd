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
  ])('takes %j', (query) => {
    expect(issues(query)).toEqual([]);
    expect(querySchema['~standard'].validate(query)).toEqual({ value: query });
  });

  it.each<[unknown, RegExp]>([
    [undefined, /expected object/],
    [{}, /^path: .*expected string/],
    [{ path: '' }, /^path: must start with a single \//],
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
  ])('refuses %j', (query, message) => {
    expect(issues(query)).toEqual([expect.stringMatching(message)]);
  });

  it('never repeats the value of a header', () => {
    expect(
      issues({ path: '/x', headers: { Authorization: 's3cret', 'X-A': 's3cret\n' } }).join(),
    ).not.toContain('s3cret');
  });
});
