import { InvalidInputError, type Json } from '@stateful-workflow/core';
import { kindOf } from '../values';

/**
 * What a page says of what comes after it. Only a list that was read to a page that says `end` is whole: it is what
 * deletions rest on, so nothing is taken for an end that does not prove it.
 */
export type Onward<Place> =
  /** There is another page. */
  | { readonly says: 'more'; readonly next: Place }
  /** This is the last page. */
  | { readonly says: 'end' }
  /**
   * It cannot tell. The page at `next` can: an empty one is the end. With `fits`, as many records came as there are
   * said to be.
   */
  | { readonly says: 'nothing'; readonly next: Place; readonly fits?: boolean };

/** The end of a list. */
export const END = { says: 'end' } as const;

/** Where a value comes from, for errors about it. */
export interface ValueSource {
  /** The setting that led to it: `pagination.next`. */
  readonly field: string;
  /** Where it was looked for: `"links.next"`, `the header "X-Next"`. */
  readonly where: string;
  /** Names the request: `GET https://…`. */
  readonly request: string;
}

/**
 * What names the next page. Nothing, null, false and an empty text are how APIs say that there is none.
 *
 * @param structured whether an object or a list can be sent back as it is, as in a JSON body
 * @throws InvalidInputError for anything else that cannot be sent: it is never taken for the end
 */
export function nextPlace(value: unknown, structured: boolean, source: ValueSource): Json | undefined {
  if (value === undefined || value === null || value === false || value === '') return undefined;
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (structured && typeof value === 'object') return value as Json;
  const { field, where, request } = source;
  throw new InvalidInputError(
    field,
    `${request} has ${kindOf(value)} at ${where} where what names the next page is expected`,
    typeof value === 'object'
      ? 'Name the text or the number in it, such as links.next.href, or send it in the body of a POST'
      : 'Name the place of the cursor or the URL; whether there is more is said by hasMore',
  );
}
