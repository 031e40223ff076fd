import { InvalidInputError } from '@stateful-workflow/core';
import type { CheckedDocument } from './check-document';
import type { FieldShape } from './field-shape';

/** Where the records of a document are. */
export interface Target {
  /** The keys that lead there. */
  readonly path: readonly string[];
  readonly shape: FieldShape;
}

/** Fields of the query that are about the answer and not of it. */
const ASIDE = new Set(['__typename', 'rateLimit']);

/**
 * Finds where the records of a document are.
 *
 * @param items a dotted path. @default the one field of the query
 * @throws InvalidInputError when the document does not ask for anything there
 */
export function targetOf({ fields }: CheckedDocument, items: string | undefined): Target {
  const roots = [...fields.keys()].filter((key) => !ASIDE.has(key));
  if (items === undefined && roots.length !== 1)
    throw new InvalidInputError(
      'items',
      `is missing, and the query has several fields (${roots.join(', ')})`,
      'Say where the records are',
      'QUERY_INVALID',
    );
  const path = items === undefined ? roots : items.split('.');
  let found: FieldShape | undefined;
  for (const [i, key] of path.entries()) {
    const within = i === 0 ? fields : (found?.children ?? new Map<string, FieldShape>());
    found = within.get(key);
    if (found === undefined) {
      throw new InvalidInputError(
        'items',
        `the document does not ask for "${path.slice(0, i + 1).join('.')}"`,
        'Set items to the dotted path of the records in the data, by aliases where there are any',
        'QUERY_INVALID',
      );
    }
  }
  return { path, shape: found as FieldShape };
}
