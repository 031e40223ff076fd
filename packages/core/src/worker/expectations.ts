import { InvalidInputError } from '../contract/errors';
import type { LoadRequest } from '../contract/load';
import type { EntitySchema, Fields } from '../contract/schema';
import { invalidRecord } from '../state/identify';
import { isPlainObject, own } from '../state/json';

/**
 * Checks that a record has what its source says that each has.
 *
 * @param place the record's, in errors
 * @throws InvalidInputError `RECORD_INVALID`
 */
export function checkExpected(record: unknown, expected: readonly string[], place: string): void {
  const missing = expected.find((path) => at(record, path) === undefined);
  if (missing === undefined) return;
  throw invalidRecord(
    place,
    `has no "${missing}", which the source is set to expect, so nothing of this load was taken in`,
    'Look at what the source answers: it may be an error with status 200. If it is right, correct "expect"',
  );
}

/** Whether a record has a value for each part of its id. */
export function isIdentified(record: Fields | undefined, schema: EntitySchema | undefined): boolean {
  return [schema?.idAttribute ?? 'id'].flat().every((path) => (at(record, path) ?? null) !== null);
}

/**
 * Checks that a whole load is what can be believed: a record of the root entity that keeps its id, a list that is not
 * empty where that is no answer.
 *
 * @param records how many the load brought
 * @throws InvalidInputError `RECORD_INVALID`
 */
export function checkWhole(
  { identified }: { readonly identified: boolean },
  records: number,
  { entity, into, expect, emptyIsError, checkpoint }: LoadRequest,
): void {
  const root = `${entity.name} ${entity.id}`;
  const isNone = records === 0 && expect !== undefined && expect.length > 0;
  const isOther = expect?.length !== 0 && checkpoint?.identified === true && !identified;
  if (into === undefined && (isNone || isOther))
    throw new InvalidInputError(
      'expect',
      `the source ${records === 0 ? `gives no record of ${root}` : `answers without the id of ${root}, which it gave before`}, so nothing of this load was taken in`,
      'Look at what the source answers: it may be an error with status 200. If it is right, say so with expect: []',
      'RECORD_INVALID',
    );
  if (records === 0 && emptyIsError === true)
    throw new InvalidInputError(
      'emptyIsError',
      'the source gave no record at all and is set to have some, so nothing was removed',
      'Check whether its credential may read them, or leave emptyIsError out if it can be empty',
      'RECORD_INVALID',
    );
}

/** What stands in a record at a dotted path. A key that holds dots itself is written as it is, at any depth. */
function at(record: unknown, path: string): unknown {
  if (!isPlainObject(record)) return undefined;
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const inner = own(record, path.slice(0, end));
    const found = end === path.length ? inner : at(inner, path.slice(end + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}
