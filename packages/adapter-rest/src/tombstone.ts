import { InvalidInputError } from '@stateful-workflow/core';
import { at, kindOf } from '@stateful-workflow/http';
import type { Tombstone } from './rest-query';

/**
 * Whether a record says that what it is about is gone.
 *
 * @param request names the request in errors
 * @throws InvalidInputError when its mark is neither there nor not there
 */
export function isTombstone(record: unknown, tombstone: Tombstone, request: string): boolean {
  const { field, is } = typeof tombstone === 'string' ? { field: tombstone, is: undefined } : tombstone;
  const mark = at(record, field);
  if (is !== undefined) return [is].flat().includes(mark as string);
  if (mark === undefined || mark === null || mark === false || mark === '') return false;
  if (mark === true) return true;
  // A time of deletion, as it mostly is where it is a text. The year 1 is how some write that there is none.
  if (typeof mark === 'string' && /^\d{4}-\d\d/.test(mark))
    return !/^000[01]-/.test(mark) && !(Date.parse(mark) > Date.now());
  throw new InvalidInputError(
    'tombstone',
    `a record of ${request} has ${kindOf(mark)} at "${field}" where true, a date or nothing is expected`,
    `Say which values mean that it is gone: { field: "${field}", is: […] }`,
  );
}
