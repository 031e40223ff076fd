import type { IncomingHttpHeaders } from 'node:http';

/** Where a page is: its number, its offset, its cursor or its URL. */
export type Place = string | number;

/** What asks for a page. */
export interface PageRequest {
  /** Query parameters; properties of the body, where that is an object. One that is `undefined` is left out. */
  readonly params?: Readonly<Record<string, string | number | undefined>>;
  /** The page's own URL, relative to that of the page before or absolute, in place of the query's. */
  readonly url?: string;
}

/** A page that has come. */
export interface PageSeen {
  readonly place: Place | undefined;
  readonly body: unknown;
  readonly headers: IncomingHttpHeaders;
  readonly records: readonly unknown[];
  /** Names the request in errors: `GET https://…`. */
  readonly request: string;
}

/**
 * How a list goes on. Those of the user are functions on the worker, which sources name.
 *
 * @example
 * // Goes on after the last id of a page.
 * paginations: {
 *   keyset: {
 *     request: (after) => ({ params: { after } }),
 *     next: ({ records }) => (records.length < 100 ? undefined : (records.at(-1) as { id: string }).id),
 *     stable: true,
 *   },
 * }
 */
export interface Pager {
  /** What asks for the page at a place; of the first page it is `undefined`. */
  request(place: Place | undefined): PageRequest;
  /**
   * Where the page after this one is; `undefined` after the last.
   *
   * @throws InvalidInputError when the answer does not say what it should
   */
  next(page: PageSeen): Place | undefined;
  /**
   * Whether records that come or go leave the others on their pages. A list that is not stable, and was read with a
   * pause in its middle, proves nothing gone. @default false
   */
  readonly stable?: boolean;
}
