import { InvalidInputError } from '@stateful-workflow/core/workflow';
import type { DocumentNode } from 'graphql';
import { printDocument } from './print-document';

/** Comments and strings, in which brackets and keywords mean nothing. */
const OPAQUE = /"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|#.*/g;

const PAIRS: Readonly<Record<string, string>> = { '}': '{', ')': '(', ']': '[' };

/**
 * The text of a document, which may be text already, text with a type (`TypedDocumentString`), or parsed. A light
 * check, for the workflow sandbox: that it is a query, and whole. The worker checks the rest.
 *
 * @throws InvalidInputError when it is a mutation or a subscription, or when brackets do not match
 */
export function documentText(document: DocumentNode | string | { toString(): string }): string {
  const text =
    'definitions' in Object(document) ? printDocument(document as DocumentNode) : `${document as string}`;
  const open: string[] = [];
  let keyword = '';
  let queries = 0;
  for (const [token] of text.replace(OPAQUE, ' ').matchAll(/[{}()[\]]|\w+/g)) {
    if (open.length === 0 && token !== '(' && token !== ')') keyword ||= token;
    if ('{(['.includes(token)) open.push(token);
    else if ('})]'.includes(token) && open.pop() !== PAIRS[token])
      refuse(`has a ${token} too many`, 'Correct it');
    if (token !== '}' || open.length > 0) continue;
    if (keyword === 'mutation' || keyword === 'subscription')
      refuse(`holds a ${keyword}, and a source only reads`, 'Give it a query');
    if (keyword !== 'fragment') queries += 1;
    keyword = '';
  }
  if (open.length > 0 || keyword || queries === 0)
    refuse(
      'is no complete GraphQL query',
      'Give one such as "query ($id: ID!) { customer(id: $id) { id } }"',
    );
  return text;
}

function refuse(reason: string, fix: string): never {
  throw new InvalidInputError('document', reason, fix);
}
