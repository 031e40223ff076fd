import { InvalidInputError } from '../contract/errors';
import { isWellFormed, MAX_ID } from '../contract/names';
import type { EntitySchema } from '../contract/schema';
import { isPlainObject, own } from './json';
import { type Place, textOf } from './place';

/**
 * Finds the id of a record.
 *
 * @throws InvalidInputError `RECORD_INVALID` when the record has no usable id
 */
export function identify(
  record: Record<string, unknown>,
  schema: EntitySchema | undefined,
  place: Place,
): string {
  const attribute = schema?.idAttribute ?? 'id';
  return typeof attribute === 'string'
    ? part(record, attribute, place)
    : attribute.map((path) => encodeURIComponent(part(record, path, place))).join(':');
}

function part(record: Record<string, unknown>, path: string, place: Place): string {
  let value: unknown = record;
  // Almost every record: a plain field that holds a string.
  if (typeof record[path] === 'string' || Object.hasOwn(record, path)) value = record[path];
  else for (const key of path.split('.')) value = isPlainObject(value) ? own(value, key) : undefined;
  const id = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
  if (typeof id === 'string' && id !== '' && id.length <= MAX_ID && isWellFormed(id)) return id;
  if (typeof id === 'string' && !isWellFormed(id))
    throw invalidRecord(
      place,
      `has an id with half of a surrogate pair in "${path}"`,
      'Give ids of whole characters, or name another field as idAttribute',
    );
  throw invalidRecord(
    place,
    typeof id === 'string' && id !== ''
      ? `has an id of ${id.length} characters in "${path}"`
      : `has no usable id in "${path}"`,
    `Give every record a string or number of 1 to ${MAX_ID} characters there, or name another field as idAttribute`,
  );
}

/** The error for a record that cannot be taken in. */
export const invalidRecord = (place: Place, reason: string, fix: string): InvalidInputError =>
  new InvalidInputError(textOf(place), reason, fix, 'RECORD_INVALID');

/** The error for a value that is not of the kind that is needed. */
export function notA(what: string, value: unknown, place: Place, fix: string): InvalidInputError {
  const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  return invalidRecord(place, `is ${found}, not ${what}`, fix);
}

/** A record that was given. @throws InvalidInputError `RECORD_INVALID` when it is no object */
export function recordOf(value: unknown, name: string, place: Place): Record<string, unknown> {
  if (isPlainObject(value)) return value;
  throw notA('an object', value, place, `Give an object with the fields of one ${name}`);
}
