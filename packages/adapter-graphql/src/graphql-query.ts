import type { Json } from '@stateful-workflow/core';
import type { EndSigns, KnownBorders } from '@stateful-workflow/http';

/**
 * What a GraphQL source loads. Plain JSON: it travels through workflow history, so it holds no secret. Made by
 * `graphql()`, which also takes typed documents.
 *
 * `{id}` and `{entityName}` in string values of `variables` are filled from the entity whose workflow loads. One that is
 * all of a value becomes what the variable is declared to be: a number for `Int` and `Float`. `{id:number}` is one anywhere.
 *
 * ## Rules
 * - Queries only: a mutation or a subscription is refused.
 * - Relay connections are read to their end, by themselves: the one at `items` page by page, any other by follow-up
 *   queries. In records they become plain lists of their nodes. A connection that does not select
 *   `pageInfo { hasNextPage endCursor }` is refused, since it could be cut short and nobody would know.
 * - A load with partial errors is never complete: it neither deletes nor moves a cursor.
 */
export interface GraphqlQuery extends GraphqlOperation {
  /**
   * Names one of the adapter's `upstreams`, whose address the endpoint is then: no address is in workflow code.
   * @default the endpoint is `apiUrl`
   */
  readonly upstream?: string;
  /** Where the endpoint is: a path under `apiUrl` or the upstream, or an absolute URL. @default that address itself */
  readonly path?: string;
  /** Request headers. Those that the adapter sets itself are refused: tokens come from the source's `credential`. */
  readonly headers?: { readonly [name: string]: string };
  /** How a list that is no Relay connection goes on after its first page. @default one request holds everything */
  readonly pagination?: CursorPagination | OffsetPagination;
  /**
   * Fields that look as if there were more of a list, and mean something else: as the error names them,
   * `tickets.total`.
   * @default none: a list whose end one of them speaks against is an error
   */
  readonly ignoreSigns?: readonly string[];
  /**
   * What happens when an answer has data and errors: `none` fails the load; `all` takes the data and tells of the
   * errors; `ignore` takes the data. An answer without data fails the load in any case. @default 'none'
   */
  readonly errorPolicy?: 'none' | 'all' | 'ignore';
  /** Names a schema in the adapter's `schemas` that every record has to fit. @default none */
  readonly schema?: string;
  /**
   * What happens to a record that does not fit `schema`: the load fails, or goes on without it, says so, and deletes
   * nothing.
   * @default 'fail'
   */
  readonly invalid?: 'fail' | 'skip';
  /**
   * How a record is asked for again, whose connection goes on: for APIs that do not keep to the names of Relay.
   * @default by the adapter's `schema`, or else `{ field: 'node', id: 'id', cursor: 'String' }`
   */
  readonly followUp?: FollowUp;
  /** Loads what changed since the last load. @default every load is a full sweep */
  readonly incremental?: GraphqlIncremental;
  /**
   * Sends a hash in place of the document, and the document once if the server does not know the hash: by POST, or
   * by GET, which caches on the way can answer. A server that has no persisted queries is asked without from then
   * on. @default documents are sent
   */
  readonly persisted?: 'post' | 'get';
  /**
   * How many documents may go in one request, for servers that take lists of them: those in `also`, and follow-up
   * queries. @default 1
   */
  readonly batch?: number;
  /** Further documents that belong to the same load: their records are added, or for the root entity merged. */
  readonly also?: readonly GraphqlOperation[];
  /** The most requests that one load may take, follow-ups included; more is an error. @default 1000 */
  readonly maxPages?: number;
  /** The most records that one load may bring; more is an error, never a silent cut. @default 1000000 */
  readonly maxRecords?: number;
}

/** How a record is asked for again. */
export interface FollowUp {
  /** The field of the query that gives any record by its id. @default 'node' */
  readonly field?: string;
  /** That field's argument, and the field of the record that has the id; it is selected. @default 'id' */
  readonly id?: string;
  /** The type of cursors. @default that of the variable in `after`, or else 'String' */
  readonly cursor?: string;
}

/** A document, what it is asked with, and where its records are. */
export interface GraphqlOperation {
  /** The document's text. */
  readonly document: string;
  /** Which operation of the document, if it has several. */
  readonly operationName?: string;
  readonly variables?: { readonly [name: string]: Json };
  /**
   * Where the records are in the data, as a dotted path: an object is one record, a list or a connection many.
   * @default the one field of the query
   */
  readonly items?: string;
}

/** A list whose answer names where the next page begins. */
export interface CursorPagination extends ListEnd {
  readonly type: 'cursor';
  /** The variable that the cursor of the next page goes into. */
  readonly variable: string;
  /** Where the answer has that cursor, as a dotted path in the data. Nothing or `null` there ends the list. */
  readonly cursor: string;
  /**
   * What stands there on the last page, besides nothing and null: `0`, `'-1'`, or several such values. A text and a
   * number that read alike are the same. @default none
   */
  readonly endCursor?: string | number | readonly (string | number)[];
  /**
   * Takes an empty page for the last, although its cursor moved on: for feeds that always give one.
   * @default false: empty pages may be in the middle
   */
  readonly endsEmpty?: boolean;
}

/** What answers say of the length of a list, each as a dotted path in the data. At most one of them is named. */
export type ListEnd = Omit<EndSigns, 'totalPages' | 'lastPage'>;

/**
 * A list that is asked for by the number of records to pass over. Without a sign of the end it ends at the first page
 * that is empty.
 */
export interface OffsetPagination extends ListEnd {
  readonly type: 'offset';
  /** The variable for how many records to pass over. */
  readonly variable: string;
}

/** How a source is asked for what changed. */
export interface GraphqlIncremental {
  /** The variable for the time of the last change that is known; `null` in a full sweep, or `sweepFrom`. The server's filter has to include that time itself (`>=`). */
  readonly variable: string;
  /** The field of a record that says when it changed: an ISO 8601 time or a number. A record without is loaded and moves nothing. */
  readonly field: string;
  /** The field that tells records apart. @default 'id' */
  readonly key?: string;
  /** How late a record may arrive: so much is asked for again, in milliseconds (times) or units (numbers). @default 0 */
  readonly lag?: number;
  /** Where the first load begins. @default at the beginning: it is a full sweep */
  readonly initial?: string | number;
  /** What a full sweep is asked with, for APIs that need a value. @default null */
  readonly sweepFrom?: string | number;
  /**
   * In which zone the API's times are that name none: `Europe/Berlin`, `+02:00`. They are shifted and sent as they came.
   * @default 'UTC'
   */
  readonly zone?: string;
  /** How often everything is loaded, so that removals are seen: milliseconds. @default 86400000 (a day) */
  readonly fullEvery?: number | 'never';
}

/** Where a load goes on. Plain JSON; it is in workflow history, so it holds no secret and is kept small. */
export interface GraphqlCursor {
  /** The last change that is known. */
  readonly since?: string | number;
  /**
   * Up to where records were read once, on pages that may have moved: from `since` on they are read again, and then are
   * done with.
   */
  readonly readTo?: string | number;
  /** When everything was loaded last, in milliseconds since 1970. */
  readonly sweptAt?: number;
  /** The records that the next load will see again, by key, with what they looked like. */
  readonly seen?: { readonly [key: string]: string };
  /** The page after the last one that was read: what an attempt leaves for the next. */
  readonly at?: GraphqlProgress;
}

/** How far an attempt got. */
export interface GraphqlProgress {
  /** The variables of the page to go on with. */
  readonly page: { readonly [variable: string]: Json };
  /** Records that were read. */
  readonly records: number;
  /** Whether something was missing in them. */
  readonly partial?: true;
  /** Whether records may have moved from page to page meanwhile. */
  readonly drifts?: true;
  /** Of an incremental source: whether it is a full sweep, when that began, and what was seen so far. */
  readonly sweep?: boolean;
  readonly startedAt?: number;
  readonly since?: string | number;
  readonly seen?: { readonly [key: string]: string };
  /** Of one whose records may move: what is known of the borders between its pages. */
  readonly borders?: KnownBorders;
}
