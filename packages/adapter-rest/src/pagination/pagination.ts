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

/** A list whose pages are numbered: `?page=3&pageSize=100`. */
export interface PagePagination {
  readonly type: 'page';
  /** The query parameter for the page number; a property of the body, where that is an object. @default 'page' */
  readonly pageParam?: string;
  /** The query parameter for the page size. @default 'pageSize' */
  readonly sizeParam?: string;
  /**
   * Records per page, within what the API allows: a page that is shorter is the last, unless `hasMore` or a `Link`
   * header says otherwise. @default 100
   */
  readonly size?: number;
  /** The number of the first page. @default 1 */
  readonly firstPage?: number;
  /**
   * Where the body says whether there is another page, as a dotted path to a boolean.
   * @default none: a page shorter than `size` is the last, unless its `Link` header names a next one
   */
  readonly hasMore?: string;
}

/** A list that is read from a position: `?offset=200&limit=100`. */
export interface OffsetPagination {
  readonly type: 'offset';
  /** @default 'offset' */
  readonly offsetParam?: string;
  /** @default 'limit' */
  readonly limitParam?: string;
  /** Records per page, within what the API allows. @default 100 */
  readonly limit?: number;
  /** Where the body says how many records there are, as a dotted path to a number. @default none */
  readonly total?: string;
  /** As for numbered pages. @default none */
  readonly hasMore?: string;
}

/**
 * A list whose answers name where it goes on: `?cursor=abc`. Without a cursor, or with null, a page is the last. One
 * of `cursor` and `header` is needed.
 */
export interface CursorPagination {
  readonly type: 'cursor';
  /** The query parameter that takes the cursor; a property of the body, where that is an object. @default 'cursor' */
  readonly param?: string;
  /** Where the body has the cursor of the next page, as a dotted path. */
  readonly cursor?: string;
  /** The header that has it. */
  readonly header?: string;
  /** Where the body says whether there is another page; for APIs that give a cursor with the last page too. */
  readonly hasMore?: string;
}

/** A list whose body has the URL of the next page. It has to be on the origin of the first. */
export interface NextUrlPagination {
  readonly type: 'next';
  /** Where the body has it, as a dotted path: `links.next`. Without one, or with null, the page is the last. */
  readonly next: string;
}

/** A list whose `Link` header has the URL of the next page. It has to be on the origin of the first. */
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
