import { HttpError } from './http-error';

const defaultPageSize = 20;
const maxPageSize = 100;

/** The part of a query string that says which page is wanted. */
export interface PageQuery {
  readonly page?: unknown;
  readonly pageSize?: unknown;
}

/** One page of a collection, as the CRM serves it. */
export interface CrmPage<T> {
  readonly items: readonly T[];
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
  /** How many items there are on all pages. */
  readonly total: number;
  /** Whether there is a page after this one. */
  readonly hasMore: boolean;
}

/**
 * Which page a query string asks for: `page` from 1 (default 1), `pageSize` from 1 to 100 (default 20).
 *
 * @throws HttpError 400
 */
export function readPage(query: PageQuery): { page: number; pageSize: number } {
  return {
    page: wholeNumber('page', query.page, 1, Number.MAX_SAFE_INTEGER),
    pageSize: wholeNumber('pageSize', query.pageSize, defaultPageSize, maxPageSize),
  };
}

/** The page of a collection; one after the last is empty. */
export function pageOf<T>(
  all: readonly T[],
  { page, pageSize }: { page: number; pageSize: number },
): CrmPage<T> {
  const end = page * pageSize;
  return {
    items: all.slice(end - pageSize, end),
    page,
    pageSize,
    total: all.length,
    hasMore: end < all.length,
  };
}

function wholeNumber(name: string, value: unknown, fallback: number, max: number): number {
  if (value === undefined) return fallback;
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : NaN;
  if (number >= 1 && number <= max) return number;
  throw new HttpError(400, 'bad_request', `${name} must be a whole number from 1 to ${max}.`);
}
