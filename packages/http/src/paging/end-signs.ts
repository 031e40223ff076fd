import { InvalidInputError } from '@stateful-workflow/core';
import { kindOf } from '../values';
import type { ValueSource } from './onward';

/**
 * What answers of an API say of the length of a list. At most one of them is named.
 *
 * @typeParam Where how a place in an answer is named
 */
export interface EndSigns<Where = string> {
  /** Whether there is another page: a boolean. */
  readonly hasMore?: Where;
  /** Whether this is the last page: a boolean. */
  readonly isLast?: Where;
  /** How many records come after this page: a number. */
  readonly remaining?: Where;
  /** How many records there are: a number. It is believed as far as it fits what comes. */
  readonly total?: Where;
  /** How many pages there are: a number. */
  readonly totalPages?: Where;
  /** The number of the last page, as pages are numbered: for those that are numbered from 0, one less than there are. */
  readonly lastPage?: Where;
}

/** The names of the signs. */
export const END_SIGNS = ['hasMore', 'isLast', 'remaining', 'total', 'totalPages', 'lastPage'] as const;

/** How much of a list has been read, this page included. */
export interface ReadSoFar {
  readonly records: number;
  readonly pages: number;
  /** The number of the page, where pages have one. */
  readonly page?: number;
  /** Whether the only page so far holds all that was asked for, so that a total of that size may be its own. */
  readonly isFirstAndFull?: boolean;
}

/**
 * Whether a page promises another one; `undefined` where it cannot tell.
 *
 * @param read gives what stands at a place, and how to name it in errors
 * @throws InvalidInputError when a sign is not what it should be
 */
export function promisesMore<Where>(
  signs: EndSigns<Where>,
  soFar: ReadSoFar,
  read: (where: Where) => { readonly value: unknown } & Omit<ValueSource, 'field'>,
): boolean | undefined {
  const name = END_SIGNS.find((sign) => signs[sign] !== undefined);
  if (name === undefined) return undefined;
  const { value, where, request } = read(signs[name] as Where);
  const source = { field: `pagination.${name}`, where, request };
  switch (name) {
    case 'hasMore':
      return flag(value, source);
    case 'isLast':
      return !flag(value, source);
    case 'remaining':
      return count(value, source) > 0;
    case 'totalPages':
      return goesUpTo(count(value, source), soFar.pages);
    case 'lastPage':
      return goesUpTo(count(value, source), soFar.page ?? soFar.pages);
    case 'total': {
      const total = count(value, source);
      if (soFar.records < total) return true;
      return soFar.records > total || soFar.isFirstAndFull === true ? undefined : false;
    }
  }
}

/** Whether a list of so many pages goes on after one; one that came although it is beyond them says nothing. */
const goesUpTo = (last: number, page: number): boolean | undefined =>
  page === last ? false : page < last || undefined;

function flag(value: unknown, source: ValueSource): boolean {
  if (typeof value === 'boolean') return value;
  throw wrong(value, 'a boolean', source);
}

function count(value: unknown, source: ValueSource): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && number >= 0) return number;
  throw wrong(value, 'a number', source);
}

function wrong(value: unknown, expected: string, { field, where, request }: ValueSource): InvalidInputError {
  const name = field.split('.').at(-1) ?? field;
  return new InvalidInputError(
    field,
    `${request} has ${kindOf(value)} at ${where} where ${expected} is expected`,
    `Set ${name} to the dotted path of ${expected} in the answer, or leave it out if the API has none`,
  );
}
