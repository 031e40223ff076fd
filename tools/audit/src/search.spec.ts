import { describe, expect, it } from 'vitest';
import { newCanary } from './canary';
import { Search } from './search';

const canary = newCanary('token');
const { value } = canary;
const search = new Search([canary, newCanary('another')]);
const percent = (text: string): string =>
  text.replace(/[^]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
const html = (text: string): string => text.replace(/[^]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const unicode = (text: string): string =>
  text.replace(/[^]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);

describe('the search', () => {
  it.each([
    ['plain', value],
    ['in small letters', value.toLowerCase()],
    ['in large letters', value.toUpperCase()],
    ['JSON', JSON.stringify({ nested: value })],
    ['JSON in JSON', JSON.stringify(JSON.stringify({ value }))],
    ["PHP's JSON", JSON.stringify(value).replaceAll('/', '\\/')],
    ['a URL', `https://host/?token=${encodeURIComponent(value)}`],
    ["Python's quote", encodeURIComponent(value).replaceAll('%2F', '/')],
    ['a URL, small letters', encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase())],
    ['a URL in a URL', encodeURIComponent(`https://host/?token=${encodeURIComponent(value)}`)],
    ['a form', new URLSearchParams({ token: value }).toString()],
    ['HTML', value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')],
    ['every sign as a percent', percent(value)],
    ['every sign as HTML', html(value)],
    ['every sign as \\u', unicode(value)],
    ['every sign as \\u, in JSON', JSON.stringify(unicode(value))],
    ['hex', Buffer.from(value).toString('hex')],
    ['hex, large letters', Buffer.from(value).toString('hex').toUpperCase()],
    ['base64, offset 0', Buffer.from(value).toString('base64')],
    ['base64, offset 1', Buffer.from(`{${value}}`).toString('base64')],
    ['base64, offset 2', Buffer.from(`u:${value}`).toString('base64')],
    ['base64url, offset 0', Buffer.from(value).toString('base64url')],
    ['its first half', value.slice(0, 26)],
    ['its second half', value.slice(26)],
  ])('finds a secret written as %s, and shows nothing of it', (_, text) => {
    const [find, ...others] = search.in({ where: 'there', text: `before ${text} after` });
    expect(others).toEqual([]);
    expect(find).toMatchObject({
      canary: 'token',
      where: 'there',
      before: expect.stringContaining('before') as string,
    });
    expect(JSON.stringify(find)).not.toContain(value.slice(7, 17));
  });

  it('finds nothing where there is nothing', () => {
    expect(search.in({ where: 'there', text: `${value.slice(0, 24)} canary canary- %7e &#38;` })).toEqual([]);
  });
});
