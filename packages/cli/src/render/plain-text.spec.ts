import { describe, expect, it } from 'vitest';
import { plainText, toJson, withoutCredentials } from './plain-text';

describe('withoutCredentials', () => {
  it.each([
    ['GET https://user:pa:ss@crm.example.com/x failed', 'GET https://crm.example.com/x failed'],
    ['postgres://app:a@b@db:5432/crm', 'postgres://db:5432/crm'],
    [
      'https://x.example.com/a?page=2&access_token=abc&b=1',
      'https://x.example.com/a?page=2&access_token=***&b=1',
    ],
    ['https://x.example.com/a?api_key=abc#top', 'https://x.example.com/a?api_key=***#top'],
    ['mail to a@example.com', 'mail to a@example.com'],
    ['https://x.example.com/users/@me', 'https://x.example.com/users/@me'],
  ])('makes of %s: %s', (text, clean) => {
    expect(withoutCredentials(text)).toBe(clean);
  });
});

describe('plainText', () => {
  it('is one line, without what a terminal would obey', () => {
    expect(plainText('a\u001b[31mred\u001b]0;title\u0007\nnext\tone\u009b2J\u202eflip')).toBe(
      'a [31mred ]0;title next one 2J flip',
    );
  });

  it('leaves other alphabets alone', () => {
    expect(plainText('Müller-顧客')).toBe('Müller-顧客');
  });
});

describe('toJson', () => {
  it('is a document that can be read back, without credentials and control characters', () => {
    const text = toJson({ error: 'https://u:p@h/ \u009b2J \u001b[1m', list: [1, null] });
    for (const character of ['\u001b', '\u009b']) expect(text).not.toContain(character);
    expect(text.endsWith('}\n')).toBe(true);
    expect(JSON.parse(text)).toEqual({ error: 'https://h/ \u009b2J \u001b[1m', list: [1, null] });
  });
});
