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
  return [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
}
