import { at, kindOf } from '@stateful-workflow/http';
import { isDeepStrictEqual } from 'node:util';
import { InvalidInputError, type Json } from '@stateful-workflow/core';
import type { GraphqlQuery } from './graphql-query';
import type { Variables } from './variables';

/** The variables of the next page of a list that is no connection. */
export function nextPage(
  { pagination }: GraphqlQuery,
  data: unknown,
  position: Variables,
  size: number,
): Variables | undefined {
  if (pagination === undefined) return undefined;
  const { type, variable, hasMore } = pagination;
  if (hasMore !== undefined) {
    const more = at(data, hasMore);
    if (typeof more !== 'boolean')
      throw new InvalidInputError(
        'pagination.hasMore',
        `the answer has ${kindOf(more)} at "${hasMore}" where true or false is expected`,
        'Set hasMore to the dotted path of the boolean in the data, or leave it out if there is none',
      );
    if (!more) return undefined;
  }
  if (type === 'offset') {
    const offset = Number(position[variable] ?? 0) + size;
    const total = pagination.total === undefined ? undefined : at(data, pagination.total);
    if (size === 0 || (typeof total === 'number' && offset >= total)) return undefined;
    return { [variable]: offset };
  }
  const next = at(data, pagination.next) as Json | undefined;
  if (next === undefined || next === null || next === '') return undefined;
  if (isDeepStrictEqual(next, position[variable])) {
    throw new InvalidInputError(
      'pagination',
      `the answer names the cursor that it was asked with as the next, so it would never end`,
      `Check that the document uses the variable $${variable}, and that next is the path of the next cursor`,
    );
  }
  return { [variable]: next };
}

/** The error for an API that gives the same page again. */
export function repeatedPage({ pagination }: GraphqlQuery): InvalidInputError {
  const name = pagination?.variable ?? 'after';
  return new InvalidInputError(
    'document',
    'two pages of the list are the same, and more are promised: the API ignores where the page is to begin',
    `Check that the document uses the variable $${name}`,
  );
}
