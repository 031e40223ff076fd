import type { Secret } from '../contract/secret';

/**
 * Removes secrets from text that is about to leave the worker, in plain, percent-encoded, base64 and hex
 * form. The second net: text is not supposed to hold one in the first place.
 */
export function redact(text: string, secrets: Iterable<Secret>): string {
  let clean = text;
  for (const secret of secrets) {
    const value = secret.reveal();
    if (value.length < 4) continue;
    const bytes = Buffer.from(value);
    const forms = [
      value,
      encodeURIComponent(value),
      JSON.stringify(value).slice(1, -1),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('hex'),
    ];
    for (const form of new Set(forms)) clean = clean.replaceAll(form, '[secret]');
  }
  // user:password@ in any URL, whoever put it there
  return clean.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]+@/gi, '$1[secret]@');
}
