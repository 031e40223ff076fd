import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { UnreadSigns } from './unread-signs';

const page = [{ id: 1 }, { id: 2 }];

function end(body: unknown, headers: IncomingHttpHeaders = {}, items = 'items', ignored: string[] = []) {
  const signs = new UnreadSigns(ignored);
  signs.saw({ body, headers, items, records: 2 });
  return () => signs.checkEnd({ read: { records: 2, pages: 1 }, request: 'GET /list', why: 'ends here' });
}

describe('a list is not over', () => {
  it.each<[string, unknown, string?]>([
    ['next', { next: '/list?page=2' }],
    ['next_page', { next_page: 2 }],
    ['nextPageToken', { nextPageToken: 'abc' }],
    ['next_cursor', { next_cursor: 'abc' }],
    ['nextToken', { nextToken: 'abc' }],
    ['nextRecordsUrl', { nextRecordsUrl: '/query/01g-2000' }],
    ['@odata.nextLink', { '@odata.nextLink': 'list?$skiptoken=2' }],
    ['LastEvaluatedKey', { LastEvaluatedKey: { id: { N: '2' } } }],
    ['NextContinuationToken', { NextContinuationToken: 'abc' }],
    ['metadata.continue', { metadata: { continue: 'abc' } }],
    ['_links.next', { _links: { next: { href: '/list?page=2' } } }],
    ['links', { links: [{ rel: 'self' }, { rel: 'next', href: '/list?page=2' }] }],
    ['paging.next', { paging: { cursors: { after: 'x' }, next: 'https://x/list?after=x' } }],
    ['response_metadata.next_cursor', { response_metadata: { next_cursor: 'abc' } }],
    ['meta.pagination.total_pages', { meta: { pagination: { total_pages: 2 } } }],
    ['has_more', { has_more: true }],
    ['pageInfo.hasNextPage', { pageInfo: { hasNextPage: true } }],
    ['IsTruncated', { IsTruncated: true }],
    ['last', { last: false }],
    ['total', { total: 3 }],
    ['total', { total: '3' }],
    ['totalCount', { totalCount: 3 }],
    ['@odata.count', { '@odata.count': 3 }],
    ['count', { count: 3 }],
    ['page.totalElements', { page: { totalElements: 3 } }],
    ['hits.total', { hits: { total: { value: 3 }, items: page } }, 'hits.items'],
    ['data.meta.total', { data: { meta: { total: 3 }, items: page } }, 'data.items'],
  ])('by %s', (where, body, items) => {
    expect(end(body, {}, items)).toThrow(`at "${where}"`);
    expect(end(body, {}, items)).toThrow(/^pagination: GET \/list /);
    expect(end(body, {}, items, [where.toUpperCase()])).not.toThrow();
  });

  it.each<[string, IncomingHttpHeaders]>([
    ['Link', { link: '</list?page=2>; rel="next"' }],
    ['x-next-page', { 'x-next-page': '2' }],
    ['x-ms-continuation', { 'x-ms-continuation': 'abc' }],
    ['x-total-count', { 'x-total-count': '3' }],
    ['x-wp-totalpages', { 'x-wp-totalpages': '2' }],
    ['content-range', { 'content-range': 'items 0-1/3' }],
    ['x-pagination', { 'x-pagination': '{"TotalCount":3,"HasNext":true}' }],
  ])('by the header %s', (where, headers) => {
    expect(end(page, headers, undefined)).toThrow(`at "${where}"`);
    expect(end(page, headers, undefined, [where])).not.toThrow();
  });
});

describe('a list may well be over', () => {
  it.each<[string, unknown]>([
    ['DRF', { count: 2, next: null, previous: null }],
    ['HAL', { _links: { self: { href: '/list' } }, page: { totalElements: 2, totalPages: 1, number: 0 } }],
    ['JSON:API', { links: { first: '/list', next: null, last: '/list' }, meta: { total: 2 } }],
    ['Stripe', { object: 'list', has_more: false, url: '/v1/customers' }],
    ['Spring', { last: true, first: true, totalPages: 1, totalElements: 2, number: 0, size: 20 }],
    ['PocketBase', { page: 1, perPage: 30, totalItems: 2, totalPages: 1 }],
    ['Laravel', { current_page: 1, last_page: 1, next_page_url: null, total: 2, per_page: 15 }],
    ['Twitter', { next_cursor: 0, next_cursor_str: '0', previous_cursor: 0 }],
    ['Google', { nextSyncToken: 'abc', etag: 'x' }],
    ['CouchDB', { last_seq: '2-x', pending: 0 }],
    ['Facebook', { paging: { cursors: { before: 'a', after: 'b' } } }],
    ['a link object that leads nowhere', { links: { next: { href: null } } }],
    ['sums', { total: 199.95, tax: 12 }],
  ])('%s', (_, body) => expect(end(body)).not.toThrow());

  it('by headers', () =>
    expect(
      end(page, { 'x-total-count': '2', 'x-next-page': '', link: '</list>; rel="self"' }, undefined),
    ).not.toThrow());

  it('where a record came while it was read, or its start is not known', () => {
    const signs = new UnreadSigns();
    for (const total of [2, 3]) signs.saw({ body: { total }, items: 'items', records: 2 });
    const said = { request: 'GET /list', why: 'ends here' };
    expect(() => signs.checkEnd({ read: { records: 2, pages: 2 }, ...said })).not.toThrow();
    expect(() => signs.checkEnd({ read: undefined, ...said })).not.toThrow();
    expect(() => signs.checkEnd({ read: { records: 1, pages: 2 }, ...said })).toThrow('has 2 at "total"');
  });
});
