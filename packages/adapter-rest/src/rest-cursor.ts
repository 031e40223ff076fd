import type { KnownBorders } from '@stateful-workflow/http';
import type { Place } from './pagination/pager';

/**
 * Where a REST load goes on. Plain JSON; it is in workflow history, so it holds no secret and is kept small.
 *
 * What a load leaves for the next one is `since` or `pages`, what an attempt leaves for the next is `at`.
 */
export interface RestCursor {
  /** Of an incremental source. */
  readonly since?: Since;
  /** What the pages of the last sweep gave to ask "changed since?", when every page gave something. */
  readonly pages?: readonly PageValidators[];
  /** The page after the last one that was read. */
  readonly at?: Progress;
}

/** How far an incremental source was read. */
export interface Since {
  /** The newest value seen. Absent while no record had one. */
  readonly value?: string | number;
  /**
   * Up to where records were read once, on pages that may have moved: from `value` on they are read again, and then are
   * done with.
   */
  readonly readTo?: string | number;
  /** Names the records, as they are, from the boundary on: they come again, and are no news. */
  readonly seen: readonly string[];
  /** When the last full sweep began: milliseconds since 1970. */
  readonly sweptAt?: number;
}

/** What one page gave to make a later request conditional. */
export interface PageValidators {
  readonly at?: Place;
  readonly etag?: string;
  readonly lastModified?: string;
  /** Names what its headers said of whether there is more. */
  readonly told?: string;
}

/** How far an attempt got. */
export interface Progress {
  readonly place: Place;
  /** Pages that were read. */
  readonly pages: number;
  /** Records that they brought. */
  readonly records: number;
  readonly since?: Since;
  /** The attempt that began the sweep began it then: milliseconds since 1970. */
  readonly startedAt: number;
  /** Whether it is a full sweep. */
  readonly full: boolean;
  /** Whether `Link` headers lead on, whatever the pagination. */
  readonly linked?: true;
  /** Whether records may have moved from page to page meanwhile. */
  readonly drifts?: true;
  /** Of an incremental source whose records may move: what is known of the borders between its pages. */
  readonly borders?: KnownBorders;
  /** Where no page was promised; `'over'` where something on the last page says that it is the last. */
  readonly unsure?: true | 'over';
}
