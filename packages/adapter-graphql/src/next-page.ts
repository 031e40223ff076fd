import {
  at,
  END,
  isNumberedCursor,
  kindOf,
  nextPlace,
  type Onward,
  promisesMore,
} from '@stateful-workflow/http';
import { isDeepStrictEqual } from 'node:util';
import { InvalidInputError } from '@stateful-workflow/core';
import type { CursorPagination, GraphqlQuery, OffsetPagination } from './graphql-query';
import type { Variables } from './variables';

/** A page of a list that is no connection. */
export interface ListPage {
  readonly data: unknown;
  /** The variables that it was asked for with. */
  readonly position: Variables;
  readonly records: readonly unknown[];
  /** How many records have come, those of this page included. */
  readonly seen: number;
  /** Names the request in errors. */
  readonly request: string;
}

/** The variables of the next page of a list that is no connection, or what else the page says of it. */
export function nextPage({ pagination }: GraphqlQuery, page: ListPage): Onward<Variables> {
  if (pagination === undefined) return END;
  return pagination.type === 'offset' ? byOffset(pagination, page) : byCursor(pagination, page);
}

function byOffset(pagination: OffsetPagination, page: ListPage): Onward<Variables> {
  const { variable } = pagination;
  const { position, records, request } = page;
  const from = Number(position[variable] ?? 0);
  const next = { [variable]: from + records.length };
  const more = isMore(pagination, { ...page, seen: from + records.length });
  if (more === true && records.length === 0)
    throw new InvalidInputError(
      'pagination',
      `${request} has no records after ${from}, and more are promised`,
      'Check what the pagination names as the sign of the end',
    );
  if (more === undefined) return records.length === 0 ? END : { says: 'nothing', next };
  return more ? { says: 'more', next } : END;
}

function byCursor(pagination: CursorPagination, page: ListPage): Onward<Variables> {
  const { variable, cursor: path, endsEmpty = false, endCursor = [] } = pagination;
  const { data, position, records, request } = page;
  const more = isMore(pagination, page);
  if (more === false || (more === undefined && endsEmpty && records.length === 0)) return END;
  const value = at(data, path);
  const isEnd = [endCursor].flat().map(String).includes(String(value));
  const source = { field: 'pagination.cursor', where: `"${path}"`, request };
  const next = isEnd ? undefined : nextPlace(value, true, source);
  if (next === undefined) {
    if (more === undefined) return END;
    throw new InvalidInputError(
      'pagination.cursor',
      `the answer promises more and has ${isEnd ? 'endCursor' : kindOf(value)} at "${path}", where the cursor of the next page is expected`,
      'Check the path, and what says whether there is more',
    );
  }
  if (isDeepStrictEqual(next, position[variable])) {
    if (more === undefined && records.length === 0) return END;
    throw new InvalidInputError(
      'pagination',
      `the answer names the cursor that it was asked with as the next, so it would never end`,
      `Check that the document uses the variable $${variable}, and that cursor is the path of the next cursor`,
    );
  }
  return { says: 'more', next: { [variable]: next } };
}

function isMore(
  pagination: CursorPagination | OffsetPagination,
  { data, position, seen, request }: ListPage,
): boolean | undefined {
  const isFirst = position[pagination.variable] === undefined;
  // How many were asked for is in the document: a total that the first page reaches may be its own.
  const soFar = { records: seen, pages: isFirst ? 1 : 2, isFirstAndFull: isFirst && seen > 0 };
  return promisesMore(pagination, soFar, (path) => ({
    value: at(data, path),
    where: `"${path}"`,
    request,
  }));
}

/** How many records there are by the sign that the source names; `undefined` where that is none. */
export function totalOf({ pagination }: GraphqlQuery, data: unknown): number | undefined {
  const total = pagination?.total === undefined ? NaN : Number(at(data, pagination.total));
  return Number.isNaN(total) ? undefined : total;
}

/** Whether records that come or go may move others to a page that was read. */
export function isNumbered(
  { pagination }: GraphqlQuery,
  position: Variables,
  next: Variables,
  records: readonly unknown[],
): boolean {
  if (pagination?.type === 'offset') return true;
  return Object.entries(next).some(
    ([name, cursor]) =>
      cursor !== null && isNumberedCursor(position[name], cursor, records, [name, pagination?.cursor ?? '']),
  );
}

/** Whether the end of a list rests on a sign that the source names. */
export const isNamedEnd = ({
  pagination: { hasMore, isLast, remaining } = {} as OffsetPagination,
}: GraphqlQuery) => (hasMore ?? isLast ?? remaining) !== undefined;

/** Whether the end of a list rests on the place of its cursor, which has been seen to be right. */
export const isPlacedEnd = ({ pagination }: GraphqlQuery, position: Variables): boolean =>
  pagination?.type === 'cursor' &&
  pagination.endsEmpty !== true &&
  position[pagination.variable] !== undefined;

/** The error for an API that gives the same page again. */
export function repeatedPage({ pagination }: GraphqlQuery): InvalidInputError {
  const name = pagination?.variable ?? 'after';
  return new InvalidInputError(
    'document',
    'two pages of the list are the same, and more are promised: the API ignores where the page is to begin',
    `Check that the document uses the variable $${name}`,
  );
}
