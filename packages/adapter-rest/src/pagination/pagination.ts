import type { EndSigns } from '@stateful-workflow/http';

/** How a list goes on after its first page. */
export type Pagination = PaginationKind & {
  /** The most pages one load may take; a longer list is an error, never cut short. @default 1000 */
  readonly maxPages?: number;
};

/** The ways in which lists go on. */
export type PaginationKind =
  | PagePagination
  | OffsetPagination
  | CursorPagination
  | NextUrlPagination
  | LinkPagination
  | CustomPaginationName;

/**
 * Where something is in an answer: a dotted path in the body, or a header. A key that holds dots is written as it is:
 * `@odata.nextLink`.
 */
export type Where = string | { readonly header: string };

/**
 * What says that a list is over. Numbered pages without any of it are read until one is empty, since a short page may
 * be one that the API caps.
 */
export interface ListEnd extends EndSigns<Where> {
  /**
   * With which status the page after the last is answered, where that is not an empty page: `404`, `[400, 404]`.
   * @default an error that names this setting
   */
  readonly endStatus?: number | readonly number[];
}

/** A list whose pages are numbered: `?page=3&pageSize=100`. */
export interface PagePagination extends ListEnd {
  readonly type: 'page';
  /** The query parameter for the page number; a property of the body, where that is an object. @default 'page' */
  readonly pageParam?: string;
  /** The query parameter for the page size. @default 'pageSize' */
  readonly sizeParam?: string;
  /**
   * Records per page. Of an API that gives fewer on the first page, which may be as many as it lets a page have, the
   * others are asked for in that size: so it does not matter by which size it counts them. @default 100
   */
  readonly size?: number;
  /** The number of the first page. @default 1 */
  readonly firstPage?: number;
}

/** A list that is read from a position: `?offset=200&limit=100`. */
export interface OffsetPagination extends ListEnd {
  readonly type: 'offset';
  /** @default 'offset' */
  readonly offsetParam?: string;
  /** @default 'limit' */
  readonly limitParam?: string;
  /** Records per page. An API that caps it is asked for further pages all the same. @default 100 */
  readonly limit?: number;
}

/**
 * A list whose answers name where it goes on: `?cursor=abc`. Without a cursor, or with null, a page is the last; so is
 * an empty page that gives the cursor again that it was asked with. One of `cursor` and `header` is needed.
 */
export interface CursorPagination extends ListEnd {
  readonly type: 'cursor';
  /**
   * The query parameter that takes the cursor; a property of the body, where that is an object: then a cursor may be
   * any JSON. @default 'cursor'
   */
  readonly param?: string;
  /**
   * Where the body has the cursor of the next page, as a dotted path. `{ last: 'id' }`: the last record of a page has
   * it. Such a list is read until a page is empty, unless the answer says whether there is more.
   */
  readonly cursor?: string | { readonly last: string };
  /** The header that has it. */
  readonly header?: string;
  /**
   * What stands in the place of the cursor on the last page, besides nothing and null: `0`, as with SCAN of Redis, or
   * several such values. A text and a number that read alike are the same. @default none
   */
  readonly endCursor?: string | number | readonly (string | number)[];
  /**
   * Takes an empty page for the last, although its cursor moved on: for feeds that always give one, such as
   * `_changes` of CouchDB. @default false: empty pages may be in the middle
   */
  readonly endsEmpty?: boolean;
}

/** A list whose body has the URL of the next page. It has to be on the origin of the page that holds it. */
export interface NextUrlPagination {
  readonly type: 'next';
  /**
   * Where the body has it, as a dotted path: `links.next`, `@odata.nextLink`. A link object as in HAL and JSON:API,
   * `{ href }`, will do. Without one, or with null, the page is the last.
   */
  readonly next: string;
}

/** A list whose `Link` header has the URL of the next page. It has to be on the origin of the page that holds it. */
export interface LinkPagination {
  readonly type: 'link';
  /** What the link is called. @default 'next' */
  readonly rel?: string;
}

/** A list that goes on in a way of its own, which the adapter's `paginations` know by this name. */
export interface CustomPaginationName {
  readonly type: 'custom';
  readonly name: string;
}
