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
  /** As they stand in an unescaped text. */
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
  // A cursor may be base64 of JSON, or of a URL.
  const json = JSON.stringify(value).slice(1, -1);
  const url = encodeURIComponent(value.replace(/\p{Surrogate}/gu, ''));
  const small = url.replace(/%../g, (code) => code.toLowerCase());
  const written = new Set([value, json, json.replaceAll('/', '\\/'), url, small, url.replaceAll('%20', '+')]);
  const cores = withinBase64(bytes);
  const encoded = [
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    ...[...written].flatMap((text) => withinBase64(Buffer.from(text))),
    // A user name and password in base64, in a cursor in base64
    ...cores.flatMap((core) => withinBase64(Buffer.from(core))),
  ];
  const all = [...new Set([value, ...encoded])];
  const texts = new Set(all.map((form) => unescaped(form).text));
  return {
    plain: all.map(inSmallLetters),
    unescaped: [...texts].filter((text) => text.length >= SHORTEST_WORD).map(needleOf),
  };
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

/** Digits behind a "%" or "\u" that is not part of the secret. */
const SWALLOWED_BEFORE = /^(?:[0-9a-f]{1,6}|u[0-9a-f]{4}|x[0-9a-f]{2}|#?[a-z0-9]{0,9};)/;
/** The beginning of an escape that goes on behind the secret. */
const SWALLOWED_AFTER = /(?:%[0-9a-f]?|&#?[a-z0-9]{0,9}|[ux][0-9a-f]{0,3})$/;

function needleOf(text: string): Needle {
  const spare = text.length - SHORTEST_WORD;
  const before = (SWALLOWED_BEFORE.exec(text)?.[0] ?? '').slice(0, spare);
  const after = SWALLOWED_AFTER.exec(text.slice(before.length + SHORTEST_WORD))?.[0] ?? '';
  return { text, core: text.slice(before.length, text.length - after.length), before, after };
}
