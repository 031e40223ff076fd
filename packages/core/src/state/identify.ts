import { StatefulWorkflowError } from '../contract/errors';
import { MAX_ID } from '../contract/names';
import type { EntitySchema } from '../contract/schema';
import { isPlainObject } from './json';

/**
 * Finds the id of a record.
 *
 * @param where gives the record's place in what was given, for the error
 * @throws StatefulWorkflowError `RECORD_INVALID` when the record has no usable id
 */
export function identify(
  record: Record<string, unknown>,
  schema: EntitySchema | undefined,
  where: () => string,
): string {
  const attribute = schema?.idAttribute ?? 'id';
  if (typeof attribute === 'string') {
    const value = record[attribute];
    // Almost every record: a plain field that holds a string.
    if (typeof value === 'string' && value !== '' && value.length <= MAX_ID) return value;
    return part(record, attribute, where);
  }
  return attribute.map((path) => encodeURIComponent(part(record, path, where))).join(':');
}

function part(record: Record<string, unknown>, path: string, where: () => string): string {
  let value: unknown = record;
  if (Object.hasOwn(record, path)) value = record[path];
  else
    for (const key of path.split('.'))
      value = isPlainObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  if ((typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'bigint') {
    const id = String(value);
    if (id.length <= MAX_ID) return id;
    throw new StatefulWorkflowError(
      'RECORD_INVALID',
      `${where()}: has an id of ${id.length} characters in "${path}", and ${MAX_ID} are the most. Name another field as idAttribute.`,
      { context: { field: where() } },
    );
  }
  throw new StatefulWorkflowError(
    'RECORD_INVALID',
    `${where()}: has no usable id in "${path}". Give every record a non-empty string or number there, or name another field as idAttribute.`,
    { context: { field: where() } },
  );
}
