import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@stateful-workflow/core';

/** How a signature is written. */
export interface SignatureForm {
  readonly algorithm: 'sha256' | 'sha512';
  readonly encoding: 'hex' | 'base64';
}

/** What is signed, in parts. */
export type Content = readonly (string | Uint8Array)[];

const PATTERNS = { hex: /^[0-9a-f]+$/i, base64: /^[A-Za-z0-9+/]+={0,2}$/ };

/** The signature of a content. */
export function signatureOf(
  content: Content,
  secret: Secret,
  { algorithm, encoding }: SignatureForm,
): string {
  return digestOf(content, secret, algorithm).toString(encoding);
}

/** Whether one of some signatures is that of a content. Constant time, whatever they are. */
export function isSignedBy(
  secret: Secret,
  content: Content,
  signatures: readonly string[],
  { algorithm, encoding }: SignatureForm,
): boolean {
  const expected = digestOf(content, secret, algorithm);
  let isSigned = false;
  for (const signature of signatures) {
    // Node reads over what is not of the encoding.
    const given = Buffer.from(PATTERNS[encoding].test(signature) ? signature : '', encoding);
    const fits = given.length === expected.length && timingSafeEqual(given, expected);
    isSigned ||= fits;
  }
  return isSigned;
}

function digestOf(content: Content, secret: Secret, algorithm: SignatureForm['algorithm']): Buffer {
  const hmac = createHmac(algorithm, secret.reveal());
  for (const part of content) hmac.update(part);
  return hmac.digest();
}
