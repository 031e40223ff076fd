import { LRUCache } from 'lru-cache';
import type { CredentialIdentity } from '../contract/adapter';
import type { Secret } from '../contract/secret';
import { identityOf } from './identity';
import { inSmallLetters, unescaped } from './unescaped';

/** A secret with fewer characters is looked for only where people read, and only as a word: data is full of such texts. */
export const SHORTEST_SECRET = 8;
/** One with fewer characters is no secret: it would take all text apart. */
export const SHORTEST_WORD = 4;

/** How a secret is found in a text. */
export interface SecretForms {
  /** In small letters, as they stand in a text of which nothing has been undone. */
  readonly plain: readonly string[];
  /** As they stand in an unescaped text: the secret itself first. */
  readonly unescaped: readonly Needle[];
}

/** A form of a secret in an unescaped text. */
export interface Needle {
  readonly text: string;
  /**
   * What of it is there whatever stands beside it. The rest may be swallowed by an escape that begins before the secret
   * or ends after it, as in `%` and `41…`.
   */
  readonly core: string;
  readonly before: string;
  readonly after: string;
  /** Whether what reads as nothing begins it, or ends it, as a line break does. */
  readonly opens: boolean;
  readonly closes: boolean;
  /** Whether each of its characters has one byte. */
  readonly isNarrow: boolean;
}

/** They are made once for each secret. The key says nothing of it; that it is held here is no more than that it is used. */
const known = new LRUCache<CredentialIdentity, SecretForms>({ max: 1_000 });

/** The forms of a secret of at least {@link SHORTEST_WORD} characters. */
export function formsOf(secret: Secret): SecretForms {
  const identity = identityOf(secret);
  let forms = known.get(identity);
  if (forms === undefined) known.set(identity, (forms = makeForms(secret.reveal())));
  return forms;
}

function makeForms(value: string): SecretForms {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  // A cursor may be base64 of JSON, or of a URL.
  const json = JSON.stringify(value).slice(1, -1);
  const url = encodeURIComponent(value.replace(/\p{Surrogate}/gu, ''));
  const small = url.replace(/%../g, (code) => code.toLowerCase());
  const form = new URLSearchParams({ '': value }).toString().slice(1);
  const written = new Set([value, json, json.replaceAll('/', '\\/'), url, small, form]);
  const cores = withinBase64(bytes);
  const utf16 = Buffer.from(value, 'utf16le');
  const all = new Set([
    value,
    bytes.toString('base64'),
    bytes.toString('base64url'),
    hex,
    hex.replace(/..(?=.)/g, '$& '),
    hex.replace(/..(?=.)/g, '$&:'),
    utf16.toString('hex'),
    base32(bytes),
    // What becomes of a buffer in JSON, and of bytes in Python
    [...bytes].join(','),
    [...bytes].join(', '),
    ...[...written].flatMap((text) => withinBase64(Buffer.from(text))),
    // A user name and password in base64, in a cursor in base64
    ...cores.flatMap((core) => withinBase64(Buffer.from(core))),
    ...withinBase64(utf16),
    ...otherwiseWritten(value, bytes),
  ]);
  const needles = new Map([...all].map((form) => [unescaped(form).text, needleOf(form)]));
  return {
    plain: [inSmallLetters(value)],
    unescaped: [...needles.values()].filter(({ text }) => text.length >= SHORTEST_WORD),
  };
}

/** How a secret is written where quotes, or characters outside ASCII, are a matter of their own. */
function* otherwiseWritten(value: string, bytes: Buffer): Iterable<string> {
  if (value.includes("'")) yield* [value.replaceAll("'", "''"), value.replaceAll("'", "'''")];
  if (value.includes('"')) yield value.replaceAll('"', '""');
  if (/[=\x80-\uffff]/.test(value)) yield quotedPrintable(bytes);
  if (!/[\x80-\uffff]/.test(value)) return;
  yield* [value.normalize('NFC'), value.normalize('NFD'), value.toUpperCase()];
  // What somebody takes for Latin-1, as header fields are, and Latin-1 itself
  const utf16 = Buffer.from(value, 'utf16le');
  yield* [bytes, utf16, Buffer.from(utf16).swap16()].map((other) => other.toString('latin1'));
  if (!/[\u0100-\uffff]/.test(value)) yield* withinBase64(Buffer.from(value, 'latin1'));
}

function quotedPrintable(bytes: Buffer): string {
  const encoded = (sign: string): string => `=${sign.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return bytes.toString('latin1').replace(/[=\x80-\xff]/g, encoded);
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** As RFC 4648 has it, without what pads it. */
function base32(bytes: Buffer): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) text += BASE32.charAt((held >> (bits -= 5)) & 31);
    held &= 31;
  }
  return bits > 0 ? text + BASE32.charAt((held << (5 - bits)) & 31) : text;
}

/**
 * What of a secret's base64 is the same whatever stands before and after it: `Basic` authentication holds it behind a
 * user name. Where it begins within a group of three bytes makes it another text.
 */
function withinBase64(bytes: Buffer): string[] {
  const forms = [0, 1, 2].map((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
    const end = Math.floor((padded.length * 8) / 6);
    return padded.toString('base64').slice(Math.ceil((offset * 8) / 6), end);
  });
  return (
    forms
      // A short text may stand anywhere by chance.
      .filter((form) => form.length >= SHORTEST_SECRET)
      .flatMap((form) => [...new Set([form, form.replaceAll('+', '-').replaceAll('/', '_')])])
  );
}

/** Letters and digits behind a "%", a "\" or a "&" that is not part of the secret, and blanks behind a line break. */
const SWALLOWED_BEFORE =
  /^(?:#?[a-z0-9]{0,9};|u?\{?[0-9a-f]{0,6}\}|u[0-9a-f]{4,8}|x[0-9a-f]{2}|[0-9a-f]{1,8}|[nr]? +|[nr])/;
/** The beginning of an escape that goes on behind the secret. */
const SWALLOWED_AFTER = /(?:%u?[0-9a-f]{0,3}|&#?[a-z0-9]{0,9}|[ux][0-9a-f]{0,7}|u\{[0-9a-f]{0,6})$/;
const SWALLOWED_OCTAL = /\\([0-7]{1,2})$/;

function needleOf(form: string): Needle {
  const { text, startOf, endOf } = unescaped(form);
  const before = (SWALLOWED_BEFORE.exec(text)?.[0] ?? '').slice(0, Math.max(0, text.length - SHORTEST_WORD));
  const rest = text.slice(before.length + SHORTEST_WORD);
  const after = SWALLOWED_AFTER.exec(rest)?.[0] ?? SWALLOWED_OCTAL.exec(form)?.[1] ?? '';
  const core = text.slice(before.length, text.length - after.length);
  const [opens, closes] = [startOf(0) > 0, endOf(text.length - 1) < form.length];
  return { text, core, before, after, opens, closes, isNarrow: /^[\0-\xff]*$/.test(text) };
}
