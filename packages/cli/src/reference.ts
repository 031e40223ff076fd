import type { CredentialReference } from '@stateful-workflow/core';
import { UsageError } from './errors';

/**
 * Takes a credential reference from the command line.
 *
 * @throws UsageError for anything else, without repeating it: it may be the token itself
 */
export function parseReference(text: string): CredentialReference {
  if (/^(secret:[A-Za-z0-9][\w./-]{0,199}|sealed:[\w.~:-]{16,8192})$/.test(text))
    return text as CredentialReference;
  throw new UsageError(plaintextRefused);
}

/** What is said to somebody who may have typed a token. */
export const plaintextRefused =
  'rotate-token takes a reference such as secret:NAME or sealed:..., and nothing else: a token in plaintext must not enter a workflow. Store it with the worker, and give its name here. If this was a real token, your shell remembers it: rotate it.';
