/**
 * What a REST source loads. Plain JSON: it travels through workflow history, so it holds no secret.
 *
 * `{id}` and `{entityName}` in `path` and in string values of `params` are filled from the entity whose
 * workflow loads, encoded for where they stand.
 *
 * ## Rules
 * - An object in the body is one record, an array is a list of records; `items` says where else the list is.
 * - A load that takes one request is a full sweep, and so is a list read to its last page. A list without
 *   `pagination` whose answer links to a next page is not: nothing is deleted from it, and the log says so.
 * - A list without `hasMore` ends at the first page that is shorter than `size`. An API that caps its page
 *   size below `size`, and neither says so in a `Link` header nor has a `hasMore`, would end too early: keep
 *   `size` within the API's limit.
 */
export interface RestQuery {
  /**
   * What to get: a path under `apiUrl` that starts with `/`, or an absolute URL whose origin the worker has
   * registered. The path of `apiUrl` is kept: `https://x/api` and `/customers` give `https://x/api/customers`.
   */
  readonly path: string;
  /** Query parameters, added to those in `path`; a parameter that is in both has the value given here. */
  readonly params?: { readonly [name: string]: string | number | boolean };
  /**
   * Request headers. `Authorization` and others that the adapter sets itself are refused: tokens come from the
   * source's `credential`. When a redirect leaves the origin, only `Accept` headers go along.
   */
  readonly headers?: { readonly [name: string]: string };
  /** Where the array of records is in the body, as a dotted path: `items`, `data.customers`. @default the body */
  readonly items?: string;
  /** How a list goes on after its first page. @default one request holds everything */
  readonly pagination?: PagePagination;
}

/** A list whose pages are numbered: `?page=3&pageSize=100`. */
export interface PagePagination {
  readonly type: 'page';
  /** The query parameter for the page number. @default 'page' */
  readonly pageParam?: string;
  /** The query parameter for the page size. @default 'pageSize' */
  readonly sizeParam?: string;
  /** Records per page, within what the API allows. @default 100 */
  readonly size?: number;
  /** The number of the first page. @default 1 */
  readonly firstPage?: number;
  /**
   * Where the body says whether there is another page, as a dotted path to a boolean.
   * @default none: a page shorter than `size` is the last, unless its `Link` header names a next one
   */
  readonly hasMore?: string;
  /** The most pages one load may take; a longer list is an error, never cut short. @default 1000 */
  readonly maxPages?: number;
}
