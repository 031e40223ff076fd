import type { TokenInfo } from '@stateful-workflow/core';

/**
 * What may be shown of a workflow's credential: a reference's name, not what a sealed one carries, and nothing
 * of a token in plaintext, which a worker in development may have let in.
 */
export function safeToken(token: TokenInfo | null | undefined): TokenInfo | undefined {
  if (token == null) return undefined;
  const { reference, fingerprint } = token;
  return { reference: safeReference(reference), ...(fingerprint && { fingerprint }) };
}

function safeReference(reference: string): string {
  if (reference.startsWith('secret:')) return reference;
  return reference.startsWith('sealed:') ? 'sealed:...' : '(plaintext)';
}
