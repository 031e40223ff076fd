import type { IncomingHttpHeaders } from 'node:http';
import type { Json } from '@stateful-workflow/core';
import type { Onward } from '@stateful-workflow/http';

/** Where a page is: its number, its offset, its cursor or its URL. A cursor that a POST takes may be any JSON. */
export type Place = Exclude<Json, null | boolean>;

/** A place that is a URL. */
export const linkAt = (place: Place): string => (typeof place === 'string' ? place : JSON.stringify(place));

/** What asks for a page. */
export interface PageRequest {
  /** Query parameters; properties of the body, where that is an object. One that is `undefined` is left out. */
  readonly params?: Readonly<Record<string, Place | undefined>>;
  /** The page's own URL, relative to that of the page before or absolute, in place of the query's. */
  readonly url?: string;
}

/** A page that has come. */
export interface PageSeen {
  readonly place: Place | undefined;
  readonly body: unknown;
  readonly headers: IncomingHttpHeaders;
  readonly records: readonly unknown[];
  /** How many records have come, those of this page included. */
  readonly seen: number;
  /** How many pages have come, this one included. */
  readonly pages: number;
  /** Names the request in errors: `GET https://…`. */
  readonly request: string;
}

/**
 * How a list goes on. Those of the user are functions on the worker, which sources name.
 *
 * ## Rules
 * - The last page is one that is known to be: an empty one, or one whose answer says so. A page that is shorter than
 *   what was asked for may be one that the API caps.
 *
 * @example
 * // Goes on after the last id of a page, until there is none.
 * paginations: {
 *   keyset: {
 *     request: (after) => ({ params: { after } }),
 *     next: ({ records }) => (records.at(-1) as { id: string } | undefined)?.id,
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
   * Whether records that come or go leave the others on their pages. A list that is not stable proves nothing gone by
   * one sweep: what is missing is gone when the next one misses it, too. @default false
   */
  readonly stable?: boolean;
  /**
   * The headers that `next` looks at, if any: then pages are asked whether they changed, and an answer that they did
   * not counts as long as these headers are the same. @default every sweep reads all pages
   */
  readonly headers?: readonly string[];
}

/** {@link Pager} as loads use it: it says whether it knows. */
export interface ListPager {
  request(place: Place | undefined): PageRequest;
  /** @throws InvalidInputError when the answer does not say what it should */
  onward(page: PageSeen): Onward<Place>;
  readonly stable: boolean;
  /** Headers that say whether there is more: the body of a page does not change when they do. */
  readonly headers: readonly string[];
  /** Whether nobody knows which headers do. */
  readonly hidesHeaders?: boolean;
  /** Whether places are URLs. */
  readonly isLinked?: boolean;
  /** What the parameter that takes places is called, and the field that names them. */
  readonly names?: readonly string[];
  /** Whether it says that there is more only where a sign that the source names does. */
  readonly isTold?: boolean;
  /**
   * What its end rests on: a sign that the source names; the place of the next page, which is known to be right once it
   * has led to one; or no more than a page that is empty.
   */
  readonly endsBy: 'sign' | 'place' | 'empty page';
}
