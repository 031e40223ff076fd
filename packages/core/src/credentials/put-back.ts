import type { Secret } from '../contract/secret';

/** What a placeholder begins with. Where a source's own text holds it, a second colon follows. */
const PLACEHOLDER = '[credential:';
const STORED = /\[credential:(:|[A-Za-z0-9.]+\])/g;

/** How a credential can be written, each way undone by writing the credential in use in the same way. */
const SPELLINGS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  url: encodeURIComponent,
  urlSmall: (text) => encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase()),
  urlStrict: strictlyEncoded,
  urlSlash: (text) => strictlyEncoded(text).replaceAll('%2F', '/'),
  form: (text) => new URLSearchParams({ v: text }).toString().slice(2),
  json: (text) => JSON.stringify(text).slice(1, -1),
  jsonSlash: (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
  html: (text) =>
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;'),
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  hex: (text) => Buffer.from(text).toString('hex'),
  hexLarge: (text) => Buffer.from(text).toString('hex').toUpperCase(),
  small: (text) => text.toLowerCase(),
  large: (text) => text.toUpperCase(),
};

function strictlyEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** What a whole text can be that holds a credential within: some cursors are base64 of JSON. */
const WRAPPINGS: Readonly<Record<string, (text: string) => string>> = {
  // First, since a short text can be either, and whoever reads base64 mostly reads this, too.
  inBase64url: (text) => Buffer.from(text).toString('base64url'),
  inBase64: (text) => Buffer.from(text).toString('base64'),
  inBase64Bare: (text) => Buffer.from(text).toString('base64').replaceAll('=', ''),
};

const PEM = /^\s*-----BEGIN [^-]+-----\s([^-]+)-----END /;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/[^/?#:@]*:([^/?#@]+)@/i;

/** The credential, and what of it can stand alone: the key in a PEM, the password of `user:password` and of an address. */
export const partsOf = (secret: string): readonly string[] => {
  const [, key] = PEM.exec(secret) ?? [];
  if (key !== undefined) return [secret, key.replace(/\s/g, '')];
  const [, password] = ADDRESS.exec(secret) ?? [];
  const colon = secret.indexOf(':');
  const parts = colon === -1 ? [secret] : [secret, secret.slice(colon + 1)];
  return password === undefined ? parts : [...parts, percentDecoded(password)];
};

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Text of a source, so that it can stand beside placeholders. */
export const asItself = (text: string): string => text.replaceAll(PLACEHOLDER, `${PLACEHOLDER}:`);

/** Whether something written as JSON may hold a placeholder, or what reads like one. */
export const mayHoldPlaceholder = (json: string): boolean => json.includes(PLACEHOLDER);

/**
 * The placeholder for a text that holds a credential and nothing else.
 *
 * @returns `undefined` when it is written in a way that cannot be done again
 */
export function placeholderFor(text: string, credential: Secret): string | undefined {
  const start = /^\\*/.exec(text)?.[0].length ?? 0;
  for (const [part, value] of partsOf(credential.reveal()).entries())
    for (const [name, spelled] of spellingsOf(value))
      // A backslash before it may be its own or not.
      for (const at of start === 0 ? [0] : [0, start])
        if (text.slice(at) === spelled) return `${text.slice(0, at)}${PLACEHOLDER}${part}.${name}]`;
  for (const [part, value] of partsOf(credential.reveal()).entries()) {
    const name = equalInUrl(text, value);
    if (name !== undefined) return `${PLACEHOLDER}${part}.${name}]`;
  }
  return undefined;
}

/** Which characters are percent-encoded, and in which letters, is all the same to whoever reads a URL. */
function equalInUrl(text: string, value: string): string | undefined {
  for (const [name, read] of [
    ['url', decodeURIComponent],
    ['form', (given: string) => decodeURIComponent(given.replaceAll('+', ' '))],
    ['url.url', (given: string) => decodeURIComponent(decodeURIComponent(given))],
  ] as const)
    try {
      if (read(text) === value) return name;
    } catch {
      // It is not percent-encoded.
    }
  return undefined;
}

function* spellingsOf(value: string): Iterable<readonly [name: string, spelled: string]> {
  for (const [inner, spell] of Object.entries(SPELLINGS)) {
    const once = spell(value);
    yield [inner, once];
    // Nested in another parameter, in JSON in a URL, …
    for (const [outer, again] of Object.entries(SPELLINGS))
      if (outer !== 'plain' && inner !== 'plain') yield [`${inner}.${outer}`, again(once)];
  }
}

/** What a text holds that is something else in base64, and the placeholder for that. */
export function unwrapped(text: string): { readonly wrapping: string; readonly inner: string } | undefined {
  if (!/^[A-Za-z0-9+/_-]{12,}={0,2}$/.test(text)) return undefined;
  const inner = Buffer.from(text, 'base64').toString('utf8');
  for (const [name, wrap] of Object.entries(WRAPPINGS))
    if (wrap(inner) === text) return { wrapping: `${PLACEHOLDER}${name}]`, inner };
  return undefined;
}

/** A stored text with the credential in place of its placeholders. */
export function withCredential(stored: string, credential: Secret | undefined): string {
  for (const [name, wrap] of Object.entries(WRAPPINGS)) {
    const wrapping = `${PLACEHOLDER}${name}]`;
    if (stored.startsWith(wrapping)) return wrap(withCredential(stored.slice(wrapping.length), credential));
  }
  return stored.replace(STORED, (placeholder, named: string) => {
    if (named === ':') return PLACEHOLDER;
    const [part = '', ...spellings] = named.slice(0, -1).split('.');
    const value = credential && partsOf(credential.reveal())[Number(part)];
    if (value === undefined || spellings.some((name) => !Object.hasOwn(SPELLINGS, name))) return placeholder;
    return spellings.reduce((text, name) => (SPELLINGS[name] as (text: string) => string)(text), value);
  });
}
