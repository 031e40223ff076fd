import { InvalidInputError } from '@stateful-workflow/core';
import type { CheckedDocument } from './check-document';
import { type FieldShape, nodesOf } from './field-shape';

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
  let connection: Target | undefined;
  for (const [i, key] of path.entries()) {
    const within = i === 0 ? fields : (found?.children ?? new Map<string, FieldShape>());
    found = within.get(key);
    if (found?.connection !== undefined) connection ??= { path: path.slice(0, i + 1), shape: found };
    if (found === undefined) {
      throw new InvalidInputError(
        'items',
        `the document does not ask for "${path.slice(0, i + 1).join('.')}"`,
        'Set items to the dotted path of the records in the data, by aliases where there are any',
        'QUERY_INVALID',
      );
    }
  }
  const target = { path, shape: found as FieldShape };
  return connection === undefined ? target : connectionAt(connection, path);
}

/**
 * A connection that `items` leads to, or into: to its nodes or its edges, which are read with it.
 *
 * @throws InvalidInputError for a path that leads into its records: those of its first page would be all
 */
function connectionAt(connection: Target, path: readonly string[]): Target {
  const { list, node } = nodesOf(connection.shape.children) ?? {};
  const into = path.slice(connection.path.length);
  if (into.every((key, i) => key === [list?.key, node?.key][i])) return connection;
  throw new InvalidInputError(
    'items',
    `leads into the records of the connection "${connection.path.join('.')}"`,
    `Set it to "${connection.path.join('.')}", which is read to its end`,
    'QUERY_INVALID',
  );
}
