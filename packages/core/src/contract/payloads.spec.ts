import { describe, expect, it } from 'vitest';
import { checkApiUrl } from './api-url';
import { InvalidInputError } from './errors';
import { checkNesting } from './nesting';
import { checkDelete, checkReference, checkRefresh, checkUpdate } from './payloads';
import { checkStart } from './start';

// What is refused is in test/malformed.spec.ts; here is what must not be.

describe('what is taken as given', () => {
  it.each([
    'http://localhost:3000',
    'https://crm.example.com',
    'https://crm.example.com/api/v2/?tenant=1',
    'https://xn--bcher-kva.example/',
    'http://[::1]:8080/',
  ])('the address %s', (url) => {
    expect(checkApiUrl(url)).toBe(url);
  });

  it.each(['secret:A', 'secret:team/crm.token-2', 'secret:a/_b/c.d/1', `sealed:v1:${'aZ09_.~-'.repeat(4)}`])(
    'the reference %s',
    (reference) => {
      expect(checkReference(reference)).toBe(reference);
    },
  );

  it('an update with data, with updates, or with both', () => {
    const data = { id: 'k' };
    const updates = { Contact: { k: { name: 'x' } } };
    for (const payload of [{ data }, { updates }, { data: [data], updates }, { data, strategy: '$replace' }])
      expect(checkUpdate({ entityName: 'Contact', ...payload })).toMatchObject(payload);
  });

  it('null for a field that may be missing, as other languages send it', () => {
    const nothing = { updates: null, strategy: null, changeOrigin: null };
    expect(checkUpdate({ entityName: 'Contact', data: {}, ...nothing })).toMatchObject({ data: {} });
    expect(checkDelete({ entityName: 'Contact', data: null, deletions: { Contact: [] } })).toMatchObject({
      deletions: { Contact: [] },
    });
    const { input, dropped } = checkStart({
      id: 'c',
      apiUrl: null,
      apiToken: null,
      status: null,
      data: null,
    });
    expect(input).toEqual({ id: 'c' });
    expect(dropped).toEqual([]);
  });

  it('a refresh with nothing, all sources or some', () => {
    expect(checkRefresh(undefined)).toEqual({});
    expect(checkRefresh({ acceptDeletions: true })).toEqual({ acceptDeletions: true });
    expect(checkRefresh({ acceptDeletions: ['a'] })).toEqual({ acceptDeletions: ['a'] });
    expect(checkRefresh({ sources: ['a'] })).toEqual({ sources: ['a'] });
  });
});

describe('lists that are added to', () => {
  it.each([
    [{ tickets: 't_9' }, 'add.tickets: is not a list. Give one such as ["c_42"].'],
    [['t_9'], 'add: is not an object. Give one such as { "contacts": ["c_42"] }.'],
  ])('are shown where %j was given', (add, message) => {
    expect(() => checkUpdate({ entityName: 'Customer', add })).toThrow(message);
  });
});

describe('the name of a secret', () => {
  it.each([
    'a/../../prod/db-password',
    'a/..',
    'a/.',
    'a/./b',
    'a//b',
    'a/',
    '/a',
    '../a',
    '.',
    '..',
    '',
    'a/.hidden',
    'a/-b',
    'a\\b',
    'a%2f..%2fb',
    'a?b',
    'a#b',
    'ä',
    `a${'b'.repeat(200)}`,
  ])('does not lead out of where the secrets are: %j', (name) => {
    expect(() => checkReference(`secret:${name}`)).toThrow(InvalidInputError);
    expect(() => checkStart({ id: 'c', apiToken: `secret:${name}` })).not.toThrow();
    expect(checkStart({ id: 'c', apiToken: `secret:${name}` }).input).toEqual({ id: 'c' });
  });

  it('says of one that reads like a name what a name is, and repeats nothing', () => {
    expect(() => checkReference('secret:a/../../prod/db-password')).toThrow(/segments of letters/);
    expect(() => checkReference('secret:a/../../prod/db-password')).not.toThrow(/prod/);
  });
});

describe('an id with half of a surrogate pair', () => {
  it.each(['\ud800', 'c_\udc00', '\udc00\ud800', 'a\ud83d'])('is refused: %j', (id) => {
    const refused = /whole characters/;
    expect(() => checkStart({ id })).toThrow(refused);
    expect(() => checkUpdate({ entityName: 'A', updates: { A: { [id]: {} } } })).toThrow(refused);
    expect(() => checkDelete({ entityName: 'A', deletions: { A: [id] } })).toThrow(refused);
  });

  it('is not one with a whole pair', () => {
    expect(checkStart({ id: 'c_😀' }).input).toEqual({ id: 'c_😀' });
  });
});

describe('checkNesting()', () => {
  const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

  it('takes what is deep, and refuses what is too deep', () => {
    expect(() => checkNesting(nested(100), 'data')).not.toThrow();
    expect(() => checkNesting(nested(102), 'data')).toThrow('data: is nested more than 100 levels deep');
  });

  it('does not overflow, however deep it is', () => {
    expect(() => checkNesting(nested(100_000), 'data')).toThrow(/nested/);
  });
});
