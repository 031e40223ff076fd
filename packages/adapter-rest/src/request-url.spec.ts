import { InvalidInputError } from '@stateful-workflow/core';
import { describe, expect, it } from 'vitest';
import { requestUrl } from './request-url';
import type { RestQuery } from './rest-query';

const entity = { name: 'Customer', id: 'c_42' };
const href = (query: RestQuery, apiUrl?: string, id = 'c_42'): string =>
  requestUrl(query, { apiUrl, entity: { ...entity, id } }).url.href;

describe('requestUrl', () => {
  it.each([
    ['https://x.example', '/customers/{id}', 'https://x.example/customers/c_42'],
    ['https://x.example/api', '/customers', 'https://x.example/api/customers'],
    ['https://x.example/api/', '/customers', 'https://x.example/api/customers'],
    ['https://x.example/api?tenant=1#top', '/customers?q=a', 'https://x.example/api/customers?tenant=1&q=a'],
    ['https://x.example/api', '/{entityName}/{id}/{id}', 'https://x.example/api/Customer/c_42/c_42'],
    ['https://x.example', '/s?q=a?b&r={id}', 'https://x.example/s?q=a%3Fb&r=c_42'],
    [undefined, 'https://y.example/me?x={id}', 'https://y.example/me?x=c_42'],
    ['https://x.example/api', 'HTTPS://Y.example/me', 'https://y.example/me'],
  ])('%s and %s', (apiUrl, path, expected) => expect(href({ path }, apiUrl)).toBe(expected));

  it.each([
    ['a/b', 'a%2Fb'],
    ['a?b#c', 'a%3Fb%23c'],
    ['%2e%2e', '%252e%252e'],
    ['a b+ü', 'a%20b%2B%C3%BC'],
    ['...', '...'],
    ['x\\..\\y', 'x%5C..%5Cy'],
    ['$&', '%24%26'],
  ])('encodes the id %s', (id, encoded) => {
    expect(href({ path: '/c/{id}' }, 'https://x.example', id)).toBe(`https://x.example/c/${encoded}`);
  });

  it('encodes parameters, fills those that are text, and replaces those of the path', () => {
    const query = { path: '/c?b=old&a=1', params: { b: 'x&y=z', id: '{id}', n: 1.5, t: false } };
    expect(href(query, 'https://x.example', 'ü/&')).toBe(
      'https://x.example/c?b=x%26y%3Dz&a=1&id=%C3%BC%2F%26&n=1.5&t=false',
    );
  });

  it.each([
    ['/c/{id}', '.'],
    ['/c/{id}', '..'],
    ['/c/{id}/x', '..'],
    ['/c/.{id}', '.'],
    ['/c/%2e{id}', '.'],
    ['/c/../x', 'c_42'],
    ['/c/%2E%2e/x', 'c_42'],
    ['https://x.example/c/{id}', '..'],
  ])('refuses a segment that leaves its place: %s with %s', (path, id) => {
    expect(() => href({ path }, 'https://x.example/api', id)).toThrow(/^path: has the segment/);
  });

  it.each([
    ['/c/{id}', '', /^id: is empty/],
    ['/c/{id}', '\ud800', /^id: is not well-formed/],
  ])('refuses %s with the id %j', (path, id, message) => {
    expect(() => href({ path }, 'https://x.example', id)).toThrow(message);
    expect(() => href({ path: '/c', params: { q: '{id}' } }, 'https://x.example', id)).toThrow(message);
  });

  it('says what is missing without apiUrl', () => {
    expect(() => href({ path: '/c' })).toThrow(InvalidInputError);
    expect(() => href({ path: '/c' })).toThrow(/^apiUrl: is missing, and the path of the source \(\/c\)/);
    expect(() => href({ path: '/c' }, 'crm.example.com')).toThrow(/^apiUrl: is not an absolute URL/);
  });

  it('names the field that the origin came from', () => {
    expect(requestUrl({ path: '/c' }, { apiUrl: 'https://x.example', entity }).field).toBe('apiUrl');
    expect(requestUrl({ path: 'https://x.example/c' }, { entity }).field).toBe('path');
  });
});
