import { InvalidInputError } from '@stateful-workflow/core';
import {
  at,
  END,
  END_SIGNS,
  isObject,
  kindOf,
  nextLink,
  nextPlace,
  type Onward,
  promisesMore,
} from '@stateful-workflow/http';
import { isDeepStrictEqual } from 'node:util';
import { headerOf, readAt } from './answer-place';
import { linkAt, type ListPager, type Pager, type PageSeen, type Place } from './pager';
import type { CursorPagination, OffsetPagination, PagePagination, Pagination, Where } from './pagination';

/** How a list is asked for, and what the adapter knows. */
interface PagerContext {
  /** The adapter's own ways. */
  readonly custom: Readonly<Record<string, Pager>>;
  /** Whether what asks for a page goes into a JSON body, which takes cursors of any shape. */
  readonly inBody: boolean;
}

/**
 * The pager for a pagination.
 *
 * @throws InvalidInputError for a name that the adapter does not know
 */
export function pagerFor(pagination: Pagination, context: PagerContext): ListPager {
  switch (pagination.type) {
    case 'page':
      return pagePager(pagination);
    case 'offset':
      return offsetPager(pagination);
    case 'cursor':
      return cursorPager(pagination, context);
    case 'next':
      return nextUrlPager(pagination.next);
    case 'link':
      return linkPager(pagination.rel);
    case 'custom':
      return customPager(pagination.name, context);
  }
}

/** A list that goes on as its `Link` headers say. */
export function linkPager(rel = 'next'): ListPager {
  return {
    request: ownUrl,
    onward: ({ headers, request }) => moreAt(nextLink(headers.link, rel, request)),
    stable: true,
    headers: ['link'],
    isLinked: true,
    endsBy: 'place',
  };
}

function pagePager(pagination: PagePagination): ListPager {
  const { pageParam = 'page', sizeParam = 'pageSize', size = 100, firstPage = 1 } = pagination;
  const read = (place: Place | undefined): { readonly number: number; readonly cap?: number } =>
    isObject(place)
      ? { number: Number(place['page']), cap: Number(place['size']) }
      : { number: Number(place ?? firstPage) };
  return {
    request(place) {
      const { number, cap = size } = read(place);
      return { params: { [sizeParam]: cap, [pageParam]: number } };
    },
    onward(page) {
      const { number, cap = capOf(page, size) } = read(page.place);
      const pages = number + 1 - firstPage;
      const said = isMore(pagination, page, { pages, page: number, size });
      const more = said ?? unlessEmpty(page);
      // One of several pages that are counted cannot be empty; where the first number is wrong, the last one is.
      const isCounted = isPaged(pagination) && said === false && pages > 1;
      if (isCounted || (more === true && (pagination.total !== undefined || isPaged(pagination))))
        refuseEmpty(page, `page ${number}`);
      const next = cap === undefined ? number + 1 : { page: number + 1, size: cap };
      return more === undefined
        ? { says: 'nothing', next, fits: fits(pagination, page) }
        : more
          ? { says: 'more', next }
          : END;
    },
    stable: false,
    headers: signHeaders(pagination),
    isTold: true,
    endsBy: isSaid(pagination) ? 'sign' : 'empty page',
  };
}

/**
 * The size that an API lets pages have, as its first page shows: pages of more may be counted by the size that was asked
 * for, with records between them that are on none. A page that is not of a round number is the rest of a list.
 */
function capOf({ place, records }: PageSeen, size: number): number | undefined {
  const { length } = records;
  const isRound = length % 5 === 0 || (length >= 16 && Number.isInteger(Math.log2(length)));
  return place === undefined && length > 0 && length < size && isRound ? length : undefined;
}

/** Whether the source says how many pages there are. */
const isPaged = ({ totalPages, lastPage }: PagePagination): boolean => (totalPages ?? lastPage) !== undefined;

function offsetPager(pagination: OffsetPagination): ListPager {
  const { offsetParam = 'offset', limitParam = 'limit', limit = 100 } = pagination;
  return {
    request: (place = 0) => ({ params: { [limitParam]: limit, [offsetParam]: place } }),
    onward(page) {
      const from = Number(page.place ?? 0);
      const next = from + page.records.length;
      const said = isMore(pagination, { ...page, seen: next }, { pages: page.pages, size: limit });
      const more = said ?? unlessEmpty(page);
      if (more === true) refuseEmpty(page, `offset ${from}`);
      return more === undefined
        ? { says: 'nothing', next, fits: fits(pagination, page) }
        : more
          ? { says: 'more', next }
          : END;
    },
    stable: false,
    headers: signHeaders(pagination),
    isTold: true,
    endsBy: isSaid(pagination) ? 'sign' : 'empty page',
  };
}

function cursorPager(pagination: CursorPagination, { inBody }: PagerContext): ListPager {
  const { param = 'cursor', cursor, header, endsEmpty = false } = pagination;
  const ends = [pagination.endCursor ?? []].flat().map(String);
  const isLast = typeof cursor === 'object';
  const field = header === undefined ? 'pagination.cursor' : 'pagination.header';
  return {
    request: (place) => ({ params: place === undefined ? {} : { [param]: place } }),
    onward(page) {
      const { records, request, place } = page;
      const more = isMore(pagination, page, { pages: page.pages });
      const isOver = (isLast || endsEmpty) && records.length === 0 && more === undefined;
      if (more === false || isOver) return END;
      const { value, where } = isLast
        ? { value: at(records.at(-1), cursor.last), where: `"${cursor.last}" of the last record` }
        : readAt(page, header === undefined ? (cursor ?? '') : { header });
      const isEnd = ends.length > 0 && ends.includes(String(value));
      const next = isEnd
        ? undefined
        : (nextPlace(value, inBody, { field, where, request }) as Place | undefined);
      if (isLast && next !== undefined) refuseTies(page, cursor.last);
      if (next === undefined) {
        if (more === undefined && !isLast) return END;
        throw new InvalidInputError(
          field,
          `${request} promises more and has ${isEnd ? 'endCursor' : kindOf(value)} at ${where}, where the cursor of the next page is expected`,
          'Check the place of the cursor, and of what says whether there is more',
        );
      }
      if (more === undefined && records.length === 0 && isDeepStrictEqual(next, place)) return END;
      return { says: isLast && more === undefined ? 'nothing' : 'more', next };
    },
    stable: true,
    headers: [...signHeaders(pagination), ...(header === undefined ? [] : [header.toLowerCase()])],
    names: [param, typeof cursor === 'string' ? cursor : ''],
    isTold: END_SIGNS.some((sign) => pagination[sign] !== undefined),
    endsBy: isSaid(pagination) ? 'sign' : isLast || endsEmpty ? 'empty page' : 'place',
  };
}

function nextUrlPager(next: string): ListPager {
  return {
    request: ownUrl,
    onward({ body, request }) {
      const value = hrefOf(at(body, next));
      const source = { field: 'pagination.next', where: `"${next}"`, request };
      if (typeof value === 'number')
        throw new InvalidInputError(
          source.field,
          `${request} has a number at "${next}" where the URL of the next page is expected`,
          `Use { type: "cursor", cursor: "${next}", param }, where param is the parameter that takes it`,
        );
      return moreAt(nextPlace(value, false, source) as string | undefined);
    },
    stable: true,
    headers: [],
    isLinked: true,
    endsBy: 'place',
  };
}

/** The URL of a link object, or of the one called `next` in a list of them; anything else as it is. */
function hrefOf(found: unknown): unknown {
  if (Array.isArray(found) && found.length > 0 && found.every(isLinkObject)) {
    const link = found.find(({ rel, relation }) => (rel ?? relation) === 'next');
    return link && (link.href ?? link.url);
  }
  return isObject(found) && Object.hasOwn(found, 'href') ? found.href : found;
}

const isLinkObject = (link: unknown): link is Readonly<Record<string, unknown>> =>
  isObject(link) && typeof (link.rel ?? link.relation) === 'string';

function customPager(name: string, { custom }: PagerContext): ListPager {
  const pager = Object.hasOwn(custom, name) ? custom[name] : undefined;
  if (pager !== undefined)
    return {
      request: (place) => pager.request(place),
      onward: (page) => {
        const source = { field: 'pagination.name', where: `what "${name}" gives`, request: page.request };
        return moreAt(nextPlace(pager.next(page), true, source) as Place | undefined);
      },
      stable: pager.stable === true,
      headers: (pager.headers ?? []).map((name) => name.toLowerCase()),
      hidesHeaders: pager.headers === undefined,
      endsBy: 'place',
    };
  const known = Object.keys(custom).join(', ') || 'none';
  throw new InvalidInputError(
    'pagination.name',
    `names "${name}", which the adapter does not have; there are: ${known}`,
    'Add it to the paginations of restAdapter on the worker',
  );
}

const ownUrl = (place: Place | undefined): { url?: string } =>
  place === undefined ? {} : { url: linkAt(place) };

const moreAt = (next: Place | undefined): Onward<Place> =>
  next === undefined ? END : { says: 'more', next };

/** Whether the answer says that there is more; `undefined` where it has no sign of it. */
function isMore(
  signs: PagePagination | OffsetPagination | CursorPagination,
  page: PageSeen,
  {
    size = Infinity,
    pages,
    page: number,
  }: { readonly pages: number; readonly page?: number; readonly size?: number },
): boolean | undefined {
  const { records, seen } = page;
  const isFirstAndFull = pages === 1 && (records.length >= size || isCap(records.length));
  const soFar = { records: seen, pages, isFirstAndFull, ...(number !== undefined && { page: number }) };
  const more = promisesMore<Where>(signs, soFar, (where) => ({
    ...readAt(page, where),
    request: page.request,
  }));
  return more === false && isAtLeast(signs.total, page) ? undefined : more;
}

/** Whether a total is only how many records there are at least, as Elasticsearch says of one beyond 10,000. */
function isAtLeast(total: Where | undefined, { body }: PageSeen): boolean {
  if (typeof total !== 'string' || !total.endsWith('.value')) return false;
  return at(body, total.replace(/value$/, 'relation')) === 'gte';
}

/** Where nothing tells: no, where nothing came; `undefined` else. */
const unlessEmpty = ({ records }: PageSeen): false | undefined => (records.length === 0 ? false : undefined);

/** Whether a page may be as long as the API lets pages be: caps are round. */
const isCap = (length: number): boolean => length > 0 && (length % 10 === 0 || length % 25 === 0);

/** Whether as many records came as there are said to be: the total may be that of a page, if it is the first one. */
const fits = ({ total }: PagePagination | OffsetPagination, page: PageSeen): boolean =>
  total !== undefined && Number(readAt(page, total).value) === page.seen;

/** Whether the source names what says in so many words whether there is more. */
const isSaid = ({
  hasMore,
  isLast,
  remaining,
}: PagePagination | OffsetPagination | CursorPagination): boolean =>
  (hasMore ?? isLast ?? remaining) !== undefined;

/** Records that share a value cannot be told apart by it: those of the next page that have it would be passed over. */
function refuseTies({ records, request }: PageSeen, last: string): void {
  const [one, other] = records.slice(-2).map((record) => at(record, last));
  if (records.length < 2 || one !== other) return;
  throw new InvalidInputError(
    'pagination.cursor',
    `two records of ${request} have the same "${last}", so a page that begins after it leaves some out`,
    'Name a field that no two records share, such as the id, and have the API sort by it',
  );
}

/** The headers that say whether there is more. */
const signHeaders = (pagination: PagePagination | OffsetPagination | CursorPagination): readonly string[] =>
  END_SIGNS.flatMap((sign) => headerOf(pagination[sign]) ?? []);

function refuseEmpty({ records, request }: PageSeen, where: string): void {
  if (records.length > 0) return;
  throw new InvalidInputError(
    'pagination',
    `${request} has no records at ${where}, and more are promised`,
    'Check the number of the first page, the size of a page, and what the pagination names as the sign of the end',
  );
}
