import { at, kindOf } from '@stateful-workflow/http';
import { InvalidInputError } from '@stateful-workflow/core';
import { pickHasMore } from '../records';
import { linkTo } from './link-header';
import type { Pager, PageSeen, Place } from './pager';
import type { CursorPagination, OffsetPagination, PagePagination, Pagination } from './pagination';

/**
 * The pager for a pagination.
 *
 * @param custom the adapter's own
 * @throws InvalidInputError for a name that the adapter does not know
 */
export function pagerFor(pagination: Pagination, custom: Readonly<Record<string, Pager>>): Pager {
  switch (pagination.type) {
    case 'page':
      return pagePager(pagination);
    case 'offset':
      return offsetPager(pagination);
    case 'cursor':
      return cursorPager(pagination);
    case 'next':
      return { request: ownUrl, next: ({ body }) => usable(at(body, pagination.next)), stable: true };
    case 'link':
      return {
        request: ownUrl,
        next: ({ headers }) => linkTo(headers.link, pagination.rel ?? 'next'),
        stable: true,
      };
    case 'custom': {
      const pager = Object.hasOwn(custom, pagination.name) ? custom[pagination.name] : undefined;
      if (pager !== undefined) return pager;
      const known = Object.keys(custom).join(', ') || 'none';
      throw new InvalidInputError(
        'pagination.name',
        `names "${pagination.name}", which the adapter does not have; there are: ${known}`,
        'Add it to the paginations of restAdapter on the worker',
      );
    }
  }
}

function pagePager({
  pageParam = 'page',
  sizeParam = 'pageSize',
  size = 100,
  firstPage = 1,
  hasMore,
}: PagePagination): Pager {
  return {
    request: (place = firstPage) => ({ params: { [sizeParam]: size, [pageParam]: place } }),
    next: (page) => (goesOn(page, size, hasMore) ? Number(page.place ?? firstPage) + 1 : undefined),
  };
}

function offsetPager({
  offsetParam = 'offset',
  limitParam = 'limit',
  limit = 100,
  total,
  hasMore,
}: OffsetPagination): Pager {
  return {
    request: (place = 0) => ({ params: { [limitParam]: limit, [offsetParam]: place } }),
    next(page) {
      const { body, place = 0, records, request } = page;
      const end = Number(place) + records.length;
      const more = total === undefined ? goesOn(page, limit, hasMore) : end < count(body, total, request);
      if (more && records.length === 0)
        throw new InvalidInputError(
          'pagination',
          `${request} has no records at offset ${place}, and more are promised`,
          'Check limit, and what total or hasMore says',
        );
      return more ? end : undefined;
    },
  };
}

function cursorPager({ param = 'cursor', cursor, header, hasMore }: CursorPagination): Pager {
  return {
    request: (place) => ({ params: place === undefined ? {} : { [param]: place } }),
    next({ body, headers, request }) {
      if (hasMore !== undefined && !pickHasMore(body, hasMore, request)) return undefined;
      if (header !== undefined) return usable([headers[header.toLowerCase()]].flat()[0]);
      return cursor === undefined ? undefined : usable(at(body, cursor));
    },
    stable: true,
  };
}

const ownUrl = (place: Place | undefined): { url?: string } =>
  place === undefined ? {} : { url: String(place) };

/** What can name a page; null, false and '' are how APIs say that there is none. */
const usable = (value: unknown): Place | undefined =>
  (typeof value === 'string' && value !== '') || typeof value === 'number' ? value : undefined;

/** Whether a list with pages of a fixed size goes on. */
function goesOn(
  { body, headers, records, request }: PageSeen,
  size: number,
  hasMore: string | undefined,
): boolean {
  if (hasMore !== undefined) return pickHasMore(body, hasMore, request);
  return records.length >= size || (records.length > 0 && linkTo(headers.link, 'next') !== undefined);
}

function count(body: unknown, path: string, request: string): number {
  const found = at(body, path);
  if (typeof found === 'number' && found >= 0) return found;
  throw new InvalidInputError(
    'pagination.total',
    `${request} has ${kindOf(found)} at "${path}" where a number is expected`,
    'Set total to the dotted path of the number in the body, or leave it out if the API has none',
  );
}
