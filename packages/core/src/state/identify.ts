import { InvalidInputError } from '../contract/errors';
import { MAX_ID } from '../contract/names';
import type { EntitySchema } from '../contract/schema';
import { isPlainObject, own } from './json';
import { hasOwn } from './objects';

/**
 * Finds the id of a record.
 *
 * @param where gives the record's place in what was given, for the error
 * @throws InvalidInputError `RECORD_INVALID` when the record has no usable id
 */
export function identify(
  record: Record<string, unknown>,
  schema: EntitySchema | undefined,
  where: () => string,
): string {
  const attribute = schema?.idAttribute ?? 'id';
  return typeof attribute === 'string'
    ? part(record, attribute, where)
    : attribute.map((path) => encodeURIComponent(part(record, path, where))).join(':');
}

function part(record: Record<string, unknown>, path: string, where: () => string): string {
  const value = hasOwn(record, path) ? record[path] : follow(record, path);
  // Almost every record has a string there.
  const id = typeof value === 'string' ? value : numeral(value);
  if (id === '')
    throw invalidRecord(
      where(),
      `has no usable id in "${path}"`,
      'Give every record a non-empty string or number there, or name another field as idAttribute',
    );
  if (id.length > MAX_ID)
    throw invalidRecord(
      where(),
      `has an id of ${id.length} characters in "${path}", and ${MAX_ID} are the most`,
      'Name another field as idAttribute',
    );
  return id;
}

function follow(record: Record<string, unknown>, path: string): unknown {
  let value: unknown = record;
  for (const key of path.split('.')) value = isPlainObject(value) ? own(value, key) : undefined;
  return value;
}

const numeral = (value: unknown): string =>
  typeof value === 'number' || typeof value === 'bigint' ? String(value) : '';

/** The error for a record that cannot be taken in. */
export const invalidRecord = (where: string, reason: string, fix: string): InvalidInputError =>
  new InvalidInputError(where, reason, fix, 'RECORD_INVALID');
