import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../contract/secret';
import { redact } from './redact';

/** Try as many as are asked for: `REDACT_RUNS=20000 npx vitest run redact.property`. */
const numRuns = Number(process.env['REDACT_RUNS'] ?? 200);

type Spelling = (text: string) => string;

const url: Spelling = (text) => encodeURIComponent(text);
const strict: Spelling = (text) =>
  url(text).replace(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
const json: Spelling = (text) => JSON.stringify(text).slice(1, -1);
const everyOther: Spelling = (text) => {
  let large = false;
  return text.replace(/%../g, (code) => {
    large = !large;
    return large ? code : code.toLowerCase();
  });
};
const unit =
  (write: (code: number) => string): Spelling =>
  (text) =>
    Array.from({ length: text.length }, (_, i) => write(text.charCodeAt(i))).join('');
const byte =
  (write: (code: number) => string): Spelling =>
  (text) =>
    [...Buffer.from(text)].map(write).join('');
const point =
  (write: (code: number) => string): Spelling =>
  (text) =>
    [...text].map((sign) => write(sign.codePointAt(0) as number)).join('');
const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');
const html: Spelling = (text) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll('/', '&#x2F;');

const percentU: Spelling = (text) =>
  escape(text).replace(/%([0-9A-F]{2})/g, (_, digits: string) => `%u00${digits}`);
const folded =
  (width: number, lineBreak: string): Spelling =>
  (text) =>
    text.replace(new RegExp(`.{${width}}(?=.)`, 'gs'), (line) => `${line}${lineBreak}`);
const base64: Spelling = (text) => Buffer.from(text).toString('base64');
const inHex: Spelling = (text) => Buffer.from(text).toString('hex');
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const base32: Spelling = (text) =>
  [...Buffer.from(text)]
    .map((code) => code.toString(2).padStart(8, '0'))
    .join('')
    .replace(/.{1,5}/g, (bits) => BASE32.charAt(Number.parseInt(bits.padEnd(5, '0'), 2)));

/** How libraries write a text, each as others of its kind do. */
const SPELLINGS: Readonly<Record<string, Spelling>> = {
  plain: (text) => text,
  'percent-encoded': url,
  'percent-encoded, small': (text) => url(text).replace(/%../g, (code) => code.toLowerCase()),
  'percent-encoded, mixed': (text) => everyOther(url(text)),
  "Python's quote()": (text) => strict(text).replaceAll('%2F', '/').replaceAll('%7E', '~'),
  'percent-encoded, each byte': byte((code) => `%${hex(code, 2)}`),
  'percent-encoded twice': (text) => url(url(text)),
  form: (text) => new URLSearchParams({ v: text }).toString().slice(2),
  JSON: json,
  'JSON of PHP': (text) => json(text).replaceAll('/', '\\/'),
  'JSON in JSON': (text) => json(json(text)),
  'JSON in JSON in JSON': (text) => json(json(json(text))),
  'JSON, each character': unit((code) => `\\u${hex(code, 4)}`),
  'JSON, percent-encoded': (text) => url(json(text)),
  HTML: html,
  'HTML in JSON': (text) => json(html(text)),
  'HTML, each character': point((code) => `&#${code};`),
  'HTML, each character in hex': point((code) => `&#x${hex(code, 2)};`),
  'JavaScript, each byte': byte((code) => `\\x${hex(code, 2)}`),
  'small letters': (text) => text.toLowerCase(),
  'large letters': (text) => text.toUpperCase(),
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'base64, percent-encoded': (text) => url(Buffer.from(text).toString('base64')),
  hex: inHex,
  'hex, large': (text) => inHex(text).toUpperCase(),
  'hex, byte by byte': (text) => inHex(text).replace(/..(?=.)/g, '$& '),
  'hex, with colons': (text) =>
    inHex(text)
      .toUpperCase()
      .replace(/..(?=.)/g, '$&:'),
  'hex of Postgres': (text) => `\\x${inHex(text)}`,
  'bytes in decimal': (text) => JSON.stringify([...Buffer.from(text)]),
  octal: byte((code) => `\\${code.toString(8).padStart(3, '0')}`),
  'JavaScript, each character': point((code) => `\\u{${code.toString(16)}}`),
  'Python, each character': point((code) => `\\U${hex(code, 8)}`),
  "JavaScript's escape()": escape,
  'percent-encoded, each character': percentU,
  'HTML with leading zeros': point((code) => `&#x${hex(code, 6)};`),
  'quoted-printable': byte((code) =>
    code === 0x3d || code > 0x7e ? `=${hex(code, 2).toUpperCase()}` : String.fromCharCode(code),
  ),
  'quotes twice, of one kind': (text) => text.replaceAll("'", "''"),
  'quotes twice, of the other': (text) => text.replaceAll('"', '""'),
  'quotes of a shell': (text) => text.replaceAll("'", "'\\''"),
  'on several lines': folded(10, '\r\n '),
  'on several lines, in JSON': (text) => json(folded(10, '\r\n\t')(text)),
  'base64 on several lines': (text) => folded(16, '\r\n')(base64(text)),
  'base64 on several lines, in JSON': (text) => json(folded(16, '\n')(base64(text))),
  base32,
  'UTF-16': (text) => utf16(text).toString('latin1'),
  'UTF-16, in JSON': (text) => json(utf16(text).toString('latin1')).replace(/\\u0000$/, ''),
  'UTF-16, in base64': (text) => utf16(text).toString('base64'),
  'UTF-16, in hex': (text) => utf16(text).toString('hex'),
  'UTF-8, read as Latin-1': (text) => Buffer.from(text).toString('latin1'),
  'composed characters': (text) => text.normalize('NFC'),
  'decomposed characters': (text) => text.normalize('NFD'),
  'with what nobody sees': (text) => [...text].join('\u200b'),
};

const ascii = fc.string({ minLength: 8, maxLength: 60 });
const asciiSecret = fc.oneof(
  ascii,
  fc.stringMatching(/^[A-Za-z0-9+/=_.~-]{8,60}$/),
  fc.stringMatching(/^[0-9a-f]{8,64}$/),
);
const secretText = fc
  .oneof(asciiSecret, fc.string({ unit: 'grapheme', minLength: 8, maxLength: 30 }))
  // What is there to be seen of it
  .filter((value) => value.replace(/\\[nr]|\s/gi, '').length >= 8);
/** What stands around it: anything, and what could swallow its first or last character. */
const around = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom(
    '%',
    '%2',
    '\\',
    '\\\\',
    '\\u',
    '\\u00',
    '&',
    '&#',
    '&#3',
    '&am',
    ';',
    '41',
    '=',
    'İ',
    'x%E9',
  ),
);

/** What is left of a text that was there and is not in what stands around it. */
function leftOf(spelled: string, clean: string, outside: string): string | undefined {
  for (let at = 0; at + 8 <= spelled.length; at++) {
    const eight = spelled.slice(at, at + 8);
    if (clean.includes(eight) && !outside.includes(eight)) return eight;
  }
  return undefined;
}

/** So long as it takes to tell a slow algorithm from a slow machine. */
const MEGABYTE = 1 << 20;

describe('redact()', () => {
  it.each(Object.entries(SPELLINGS))('leaves no eight characters of a secret: %s', (name, spell) => {
    // Some large letters are two small ones, which nobody makes of a secret.
    const all = name.endsWith('letters') ? asciiSecret : secretText;
    // Of the blanks of a secret, nobody knows which are the fold's; and what comes between may part an escape.
    const isParted = /^on several|^UTF-16|nobody sees/.test(name);
    const secrets = isParted ? all.filter((value) => !/[\s\\]/.test(value)) : all;
    fc.assert(
      fc.property(secrets, around, around, (value, before, after) => {
        const spelled = spell(value);
        const clean = redact(`${before}${spelled}${after}`, [new Secret(value)]);
        const outside = `${before}\n${after}\n[secret]`;
        expect(leftOf(spelled, clean, outside)).toBeUndefined();
        expect(leftOf(value, clean, outside)).toBeUndefined();
      }),
      { numRuns },
    );
  });

  it('leaves none of it within longer base64, once or twice', () => {
    const bytes = fc.uint8Array({ maxLength: 12 });
    fc.assert(
      fc.property(
        secretText,
        bytes,
        bytes,
        fc.boolean(),
        fc.boolean(),
        (value, before, after, twice, isUrl) => {
          const encode = (data: Buffer): string => data.toString(isUrl ? 'base64url' : 'base64');
          let whole = Buffer.concat([before, Buffer.from(value), after]);
          let from = before.length;
          let to = whole.length - after.length;
          for (let i = 0; i < (twice ? 2 : 1); i++) {
            whole = Buffer.from(encode(whole));
            // At most a character at each end shares its bits with what stands beside it.
            from = Math.ceil((from * 4) / 3);
            to = Math.floor((to * 4) / 3);
          }
          const text = whole.toString();
          const clean = redact(text, [new Secret(value)]);
          expect(leftOf(text.slice(from, to), clean, text.slice(0, from) + text.slice(to))).toBeUndefined();
        },
      ),
      { numRuns },
    );
  });

  it('finds it at any place of a megabyte', () => {
    fc.assert(
      fc.property(
        secretText,
        fc.constantFrom(...Object.values(SPELLINGS)),
        fc.nat(MEGABYTE),
        fc.constantFrom('a.', '%', '\\', '%2', '{"a":"b\\n"},', '日本'),
        (value, spell, place, filler) => {
          const spelled = spell(value);
          const text = filler.repeat(MEGABYTE / filler.length + 1).slice(0, MEGABYTE);
          const clean = redact(text.slice(0, place) + spelled + text.slice(place), [new Secret(value)]);
          expect(leftOf(spelled, clean, filler.repeat(9))).toBeUndefined();
        },
      ),
      { numRuns: 30 },
    );
  });

  it('finds it where two of the windows meet that a long text is looked at in', () => {
    const value = 'sk_live/4f9A+xy&z"=81';
    for (const spell of [url, json, SPELLINGS['base64'] as Spelling])
      for (const place of [MEGABYTE - 3, MEGABYTE + 65_500]) {
        const clean = redact(`${'. '.repeat(place / 2)}${spell(value)}${' .'.repeat(MEGABYTE / 16)}`, [
          new Secret(value),
        ]);
        expect(leftOf(spell(value), clean, '. .')).toBeUndefined();
      }
  });

  it.each([
    ['a.', 'what a pattern for URLs may try again and again'],
    ['://', 'URLs that are none'],
    ['://a', 'URLs without an end'],
    ['%25', 'percent signs in percent-encoding'],
    ['%3', 'an escape that would end many'],
    ['\\', 'backslashes'],
    ['\\u0061', 'escapes'],
    ['&', 'entities that are none'],
    ['&a;', 'entities that nobody knows'],
    ['sk_live_4f9Axyz', 'the beginning of the secret'],
    ['sk_live_4f9Axyz81', 'the secret'],
    ['aaaaaaab', 'what is nearly a secret'],
  ])('takes a time that grows with the text and not with its square: %j, %s', (part) => {
    const secrets = ['sk_live_4f9Axyz81', 'aaaaaaaaaaaaaaaaaaaaaaaac'].map((value) => new Secret(value));
    const time = (length: number): number => {
      const text = part.repeat(length / part.length);
      const times = [1, 2, 3].map(() => {
        const started = process.cpuUsage();
        redact(text, secrets);
        return process.cpuUsage(started).user / 1_000;
      });
      return Math.min(...times);
    };
    time(MEGABYTE / 8);
    // 64 times as long takes 64 times as long, and not 4,096 times; a millisecond is what a clock may be wrong by.
    expect(time(MEGABYTE)).toBeLessThan(64 * 8 * (time(MEGABYTE / 64) + 1));
    expect(time(MEGABYTE)).toBeLessThan(500);
  });

  it('gives no more than it is asked for, cut after the secrets are out', () => {
    const secret = new Secret('tok_5ecret-value');
    for (let before = 1_970; before < 2_010; before++) {
      const clean = redact(`${'x'.repeat(before)}${secret.reveal()}${'y'.repeat(5_000)}`, [secret], 2_000);
      expect(leftOf(secret.reveal(), clean, '')).toBeUndefined();
      expect(clean.length).toBeLessThan(2_040);
      expect(clean).toMatch(/… \(\d+ characters\)$/);
    }
    const link = `${'x'.repeat(1_990)} https://ann:${'p'.repeat(50)}@crm.example.com/ ${'y'.repeat(100)}`;
    expect(redact(link, [], 2_000)).not.toContain('ppp');
    expect(redact('😀'.repeat(3_000), [], 1_999)).not.toMatch(/\p{Surrogate}/u);
    expect(redact('short', [], 2_000)).toBe('short');
  });
});
