import type { Pagination } from './pagination/pagination';

/** What can be in a JSON body. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * What a REST source loads. Plain JSON: it travels through workflow history, so it holds no secret.
 *
 * `{id}` and `{entityName}` in `path`, in `params` and in `body` are filled from the entity whose workflow loads, and
 * `{name}` from `values`, encoded for where they stand.
 *
 * ## Rules
 * - An object in the body is one record, an array is a list of records; `items` says where else the list is.
 * - A load that takes one request is a full sweep, and so is a list read to a page that proves to be the last. A list
 *   whose answer seems to go on where the source does not is an error: see `ignoreSigns`.
 * - A load never cuts a list short: what is longer than `maxPages` or `maxRecords` is an error.
 */
export interface RestQuery {
  /**
   * Names one of the adapter's `upstreams`, whose address `path` is under then: no address is in workflow code.
   * @default `path` is under `apiUrl`
   */
  readonly upstream?: string;
  /**
   * What to get: a path under `apiUrl` that starts with `/`, or an absolute URL whose origin the worker has
   * registered. The path of `apiUrl` is kept: `https://x/api` and `/customers` give `https://x/api/customers`.
   */
  readonly path: string;
  /** `POST` is for searches whose terms are in the body. @default 'GET' */
  readonly method?: 'GET' | 'POST';
  /** What is sent with a POST, as JSON; templates in its texts are filled. @default nothing */
  readonly body?: JsonValue;
  /** What `{name}` stands for in templates, besides `{id}` and `{entityName}`. */
  readonly values?: { readonly [name: string]: string | number | boolean };
  /** Query parameters, added to those in `path`; a parameter that is in both has the value given here. */
  readonly params?: { readonly [name: string]: string | number | boolean };
  /**
   * Request headers. `Authorization` and others that the adapter sets itself are refused: tokens come from the
   * source's `credential`. When a redirect leaves the origin, only `Accept` headers go along.
   */
  readonly headers?: { readonly [name: string]: string };
  /** `'ndjson'`: one record a line, read as it comes; for exports that are too large to hold. @default 'json' */
  readonly format?: 'json' | 'ndjson';
  /** Where the array of records is in the body, as a dotted path: `items`, `data.customers`. @default the body */
  readonly items?: string;
  /** Where the one record is in the body, as a dotted path, for an API that has it in an envelope. @default the body */
  readonly record?: string;
  /**
   * What else is an empty list, besides an empty array: `null` at `items`, nothing there, or an answer without content
   * (204).
   * @default nothing: each is an error, since a list that is empty has everything removed
   */
  readonly emptyAs?: EmptyAs | readonly EmptyAs[];
  /**
   * Marks records that are gone, for APIs that list them for a while: a field that is true or has the date of the
   * deletion, or a field and the values of it. Such a record is removed, also by a load of what changed only.
   * @default every record is there
   */
  readonly tombstone?: Tombstone;
  /** Names a function in the adapter's `selectors` that takes the records out of the body. @default `items` */
  readonly selector?: string;
  /** Names a schema in the adapter's `schemas` that every record has to fit. @default none */
  readonly schema?: string;
  /**
   * What happens to a record that does not fit `schema`: the load fails, or goes on without it and says so. A sweep
   * that skipped something deletes nothing.
   * @default 'fail'
   */
  readonly invalid?: 'fail' | 'skip';
  /** How a list goes on after its first page. @default one request holds everything */
  readonly pagination?: Pagination;
  /**
   * Signs in answers that look as if there were more, and mean something else: as the error names them, `total`,
   * `meta.next`, `X-Total-Count`.
   * @default none: a list whose end one of them speaks against is an error
   */
  readonly ignoreSigns?: readonly string[];
  /**
   * Takes lines for all where the connection ends and nothing says how long the answer is, as in HTTP/1.0.
   * @default false: such an answer may have been cut, and is an error
   */
  readonly unframed?: boolean;
  /**
   * How one record of the list is asked for by itself. What a sweep of a list misses that may have moved is then asked
   * for, and is gone where it is not there: with 404, 410, or a `tombstone`. @default the next sweep decides
   */
  readonly item?: ItemResource;
  /** The most records one load may bring. @default 1000000 */
  readonly maxRecords?: number;
  /** Asks for what changed only. @default every load is a full sweep */
  readonly incremental?: Incremental;
}

/** Where a record of a list is by itself. */
export interface ItemResource {
  /** Like `path`; `{item}` is the id of the record: `/contacts/{item}`. */
  readonly path: string;
  /** Where the record is in the body, as a dotted path. @default the body */
  readonly record?: string;
}

/** Ways to say that a list is empty. */
export type EmptyAs = 'null' | 'missing' | 'no content';

/** How a record says that it is gone: a field, as a dotted path, and its values. */
export type Tombstone =
  string | { readonly field: string; readonly is: TombstoneValue | readonly TombstoneValue[] };

/** A value that means that a record is gone. */
export type TombstoneValue = string | number | boolean;

/**
 * How to ask for what changed since the load before.
 *
 * ## Rules
 * - The parameter means "at or after": records at the boundary come again. Those that were given before, as they
 *   are, are no news; the others are taken in by their id.
 * - A value that lies in the future moves nothing beyond the time of the load, by the server's clock.
 * - Records without a value are taken in, and move nothing. A load that brings none keeps its place.
 * - A removal is seen by a full sweep, or by a `tombstone`: with `initial`, or with `fullEvery: 'never'`, by that alone.
 */
export interface Incremental {
  /** The field of a record that grows with every change, as a dotted path: `updatedAt`. */
  readonly field: string;
  /** The query parameter that takes its value; a property of the body, where that is an object. */
  readonly param: string;
  /**
   * How the value is written in the parameter, where that is an expression: `updated ge '{since}'`. Other templates are
   * filled as in `params`; in a full sweep, the parameter has the value that it has there.
   * @default '{since}'
   */
  readonly expression?: string;
  /** What a full sweep is asked with, for APIs that need a value. @default the parameter is left out */
  readonly sweepFrom?: string | number;
  /**
   * The field that tells records apart, as a dotted path. A record that comes twice in a load moved while the list was
   * read; the next load begins where others may have been missed.
   * @default 'id'
   */
  readonly key?: string;
  /**
   * How far before the newest value the next load begins, for changes that are written late: milliseconds for
   * dates, a number for numbers. @default 0
   */
  readonly lag?: number;
  /**
   * In which zone the API's times are that name none: `Europe/Berlin`, `+02:00`. They are shifted and sent as they came.
   * @default 'UTC'
   */
  readonly zone?: string;
  /** Where the first load begins. @default at the beginning: it is a full sweep */
  readonly initial?: string | number;
  /** How often everything is loaded, so that removals are seen: milliseconds. @default 86400000 (a day) */
  readonly fullEvery?: number | 'never';
}
