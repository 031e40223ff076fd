import { setField } from '@stateful-workflow/core';
import { at, type Envelope, isObject, type UnreadSigns } from '@stateful-workflow/http';
import type { CheckedDocument } from './check-document';
import type { FieldShape } from './field-shape';
import type { GraphqlAnswer } from './graphql-errors';
import type { Target } from './target';

/**
 * Takes in what stands beside a list that is no connection, by the names that the API has for it, whatever the document
 * calls it.
 *
 * @returns whether there is a list
 */
export function sawEnvelope(
  unread: UnreadSigns,
  { data }: GraphqlAnswer,
  { path, shape }: Target,
  { fields }: CheckedDocument,
): boolean {
  if (shape.connection !== undefined || !Array.isArray(at(data, path.join('.')))) return false;
  unread.saw(envelopeOf(data, path, fields));
  return true;
}

function envelopeOf(
  data: unknown,
  path: readonly string[],
  fields: ReadonlyMap<string, FieldShape>,
): Envelope {
  let within: ReadonlyMap<string, FieldShape> | undefined = fields;
  const names = path.map((key) => {
    const shape: FieldShape | undefined = within?.get(key);
    within = shape?.children;
    return shape?.node.name.value ?? key;
  });
  return { body: named(data, fields), items: names.join('.') };
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
