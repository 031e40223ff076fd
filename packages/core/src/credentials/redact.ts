import type { Secret } from '../contract/secret';

/**
 * Removes secrets from text that is about to leave the worker, in plain, percent-encoded, base64 and hex
 * form. The second net: text is not supposed to hold one in the first place.
 */
export function redact(text: string, secrets: Iterable<Secret>): string {
  const forms = new Set([...secrets].flatMap(formsOf));
  let clean = text;
  // The longest first: one secret may begin like another.
  for (const form of [...forms].toSorted((a, b) => b.length - a.length))
    clean = clean.replaceAll(form, '[secret]');
  // user:password@ in any URL, whoever put it there
  return clean.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]+@/gi, '$1[secret]@');
}

/** How a secret can stand in text. None for one that is too short to be one: it would take all text apart. */
function formsOf(secret: Secret): string[] {
  const value = secret.reveal();
  if (value.length < 4) return [];
  const bytes = Buffer.from(value);
  const encoded = encodeURIComponent(value);
  const hex = bytes.toString('hex');
  return [
    value,
    encoded,
    encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    JSON.stringify(value).slice(1, -1),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    hex,
    hex.toUpperCase(),
    ...withinBase64(bytes),
  ];
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
  // A short text may stand anywhere by chance.
  return forms
    .filter((form) => form.length >= 8)
    .flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}
