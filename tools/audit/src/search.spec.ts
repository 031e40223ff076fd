import { describe, expect, it } from 'vitest';
import { newCanary } from './canary';
import { Search } from './search';

const canary = newCanary('token');
const { value } = canary;
const search = new Search([canary, newCanary('another')]);

describe('the search', () => {
  it.each([
    ['plain', value],
    ['JSON', JSON.stringify({ nested: value })],
    ['JSON in JSON', JSON.stringify(JSON.stringify({ value }))],
    ['URL', `https://host/?token=${encodeURIComponent(value)}`],
    ['URL, small letters', encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase())],
    ['form', new URLSearchParams({ token: value }).toString()],
    ['hex', Buffer.from(value).toString('hex')],
    ['hex, large letters', Buffer.from(value).toString('hex').toUpperCase()],
    ['base64, offset 0', Buffer.from(value).toString('base64')],
    ['base64, offset 1', Buffer.from(`{${value}}`).toString('base64')],
    ['base64, offset 2', Buffer.from(`u:${value}`).toString('base64')],
    ['base64url, offset 0', Buffer.from(value).toString('base64url')],
  ])('finds a secret as %s, and cuts it out of what it shows', (form, text) => {
    const [find, ...others] = search.in({ where: 'there', text: `before ${text} after` });
    expect(others).toEqual([]);
    expect(find).toMatchObject({
      canary: 'token',
      where: 'there',
      around: expect.stringContaining('[canary]') as string,
    });
    expect(find?.form.split(',')[0]).toBe(form.split(',')[0]?.replace('base64url', 'base64'));
    expect(JSON.stringify(find)).not.toContain(value.slice(0, 20));
  });

  it('finds nothing where there is nothing', () => {
    expect(search.in({ where: 'there', text: `${value.slice(0, -1)} canary canary-` })).toEqual([]);
  });
});
