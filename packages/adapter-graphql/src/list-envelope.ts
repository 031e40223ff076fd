import { setField } from '@stateful-workflow/core';
import { at, isObject, type UnreadSigns } from '@stateful-workflow/http';
import type { CheckedDocument } from './check-document';
import { type FieldShape, nodesOf } from './field-shape';
import type { GraphqlAnswer } from './graphql-errors';
import type { GraphqlQuery } from './graphql-query';
import type { Target } from './target';

/**
 * Takes in what stands beside a list, by the names that the API has for it, whatever the document calls it.
 *
 * @param total how many there are by the sign that the source names
 * @returns whether there is a list that is no connection, so that what stands there can speak against its end
 */
export function sawEnvelope(
  unread: UnreadSigns,
  { data }: GraphqlAnswer,
  { path, shape }: Target,
  { fields }: CheckedDocument,
  total?: number,
): boolean {
  const isConnection = shape.connection !== undefined;
  const inner = isConnection ? nodesOf(shape.children)?.list : undefined;
  const list = at(data, [...path, ...(inner === undefined ? [] : [inner.key])].join('.'));
  if (!Array.isArray(list)) return false;
  const items = [...namesOf(path, fields), ...(inner === undefined ? [] : [inner.node.name.value])].join('.');
  const page = { body: named(data, fields), items, records: list.length };
  unread.saw(total === undefined ? page : { ...page, total });
  return !isConnection;
}

/** Where the source has said that the cursor is, which it knows how to read: by the names that the API has for it. */
export const placesOf = ({ pagination }: GraphqlQuery, { fields }: CheckedDocument): readonly string[] =>
  pagination?.type === 'cursor' ? [namesOf(pagination.cursor.split('.'), fields).join('.')] : [];

/** The names that the API has for the fields of a path. */
function namesOf(path: readonly string[], fields: ReadonlyMap<string, FieldShape>): readonly string[] {
  let within: ReadonlyMap<string, FieldShape> | undefined = fields;
  return path.map((key) => {
    const shape: FieldShape | undefined = within?.get(key);
    within = shape?.children;
    return shape?.node.name.value ?? key;
  });
}

/** An object with its fields under their own names. Lists are left as they are: they are the records. */
function named(value: unknown, fields: ReadonlyMap<string, FieldShape>): unknown {
  if (!isObject(value)) return value;
  const own: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) {
    const shape = fields.get(key);
    setField(own, shape?.node.name.value ?? key, shape === undefined ? part : named(part, shape.children));
  }
  return own;
}
