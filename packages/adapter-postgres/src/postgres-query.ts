/** A value of the entity whose workflow loads; the adapter puts it in. Made as `entity.id`, `entity.name`. */
export interface EntityValue {
  readonly entity: 'id' | 'name';
}

/** A plain JSON value, as a parameter: a list becomes a Postgres array, an object JSON. */
export type ParameterJson =
  string | number | boolean | null | readonly ParameterJson[] | { readonly [key: string]: ParameterJson };

/** What can stand for `$1`: a JSON value, or one of the entity's. It always travels apart from the statement. */
export type Parameter = EntityValue | ParameterJson;

/** A statement, or a part of one, with its parameters. Made by the tag `sql`, or written as it is. */
export interface SqlStatement {
  /** SQL, with `$1`, `$2`, … where parameters stand. */
  readonly text: string;
  /** The parameters, the first for `$1`. @default none */
  readonly values?: readonly Parameter[];
}

/**
 * What a Postgres source loads. Plain JSON: it travels through workflow history, so it holds no secret.
 *
 * Exactly one of `query` and `table` says which rows.
 *
 * ## Rules
 * - A load reads in one read-only, repeatable-read transaction: every row of one moment, each once.
 * - Without a cursor and a feed each load is a full sweep: a row that is gone is removed from the state.
 */
export interface PostgresQuery {
  /** The connection, by the name that the worker registered. */
  readonly connection: string;
  /**
   * One statement that reads: `SELECT`, `VALUES` or `WITH … SELECT`. A column `"customer.name"` becomes the field
   * `name` of an object `customer`.
   */
  readonly query?: SqlStatement;
  /** A table or view, instead of a statement. */
  readonly table?: TableSource;
  /** Loads of `query` bring only what changed. @default every load is a full sweep */
  readonly cursor?: QueryCursor;
  /**
   * Learns which rows of `table` changed or went from the server's log, by logical decoding. Each source of each
   * workflow has a replication slot to itself: for few workflows that hold much.
   */
  readonly feed?: 'logical';
  /** The publication that the feed reads. Needed with `feed`. */
  readonly publication?: string;
  /** Wakes a watch as soon as the server notifies, instead of at its next interval. */
  readonly notify?: NotifyOptions;
  /** How values that JSON cannot hold as they are come out. */
  readonly types?: TypeOptions;
  /** The row schema, by the name that the worker registered in `schemas`: each record must fit. @default none */
  readonly schema?: string;
  /** Who the transaction is for row-level security. */
  readonly session?: SessionOptions;
  /** The longest that one statement, and each batch of a sweep, may take, in milliseconds. @default the connection's */
  readonly statementTimeout?: number;
  /** How much is read at a time. */
  readonly batch?: BatchOptions;
}

/** A table or view as a source. */
export interface TableSource {
  /** `invoices`, `billing.invoices`, or `['billing', 'odd.name']` for names with a dot. Case counts. */
  readonly name: string | readonly [schema: string, table: string];
  /** The column, or the columns, that tell one row from another. */
  readonly key: string | readonly string[];
  /** The columns to load; or fields, and the column for each: `{ total: 'total_cents' }`. @default all */
  readonly columns?: readonly string[] | { readonly [field: string]: string };
  /** Which rows: columns and what each must equal; a list means any of them, `null` means null. @default all */
  readonly where?: { readonly [column: string]: Parameter };
  /** A further condition: ``sql`total > ${100}` ``. @default none */
  readonly filter?: SqlStatement;
  /** Loads bring only what changed: the column that grows with each write, or all that can be said of it. */
  readonly cursor?: string | TableCursor;
}

/**
 * How a source knows what changed.
 *
 * ## Rules
 * - Each write of a row sets the column, to a value that is no less than any that was given out before the
 *   writing transaction began: `now()`, `clock_timestamp()`, a sequence, `pg_current_xact_id()`.
 * - Transactions that commit late are not missed, whatever their order; nothing is given twice.
 */
export interface TableCursor {
  /** The column. An index that begins with it, or with the columns of `where` and then it, makes looks cheap. */
  readonly column: string;
  /**
   * Reads only rows whose column, which has to be a timestamp, is at least this old, in milliseconds, instead of telling late rows
   * by their transaction. For views and foreign tables, which know no transactions. What commits later than this
   * after its timestamp is seen by the next full sweep only.
   * @default none: transactions decide
   */
  readonly lag?: number;
  /** The column that marks a row as deleted: true, or not null. Such rows are removed from the state. @default none */
  readonly tombstone?: string;
  /**
   * How often everything is read, to learn of rows that were deleted or no longer fit `where`, in milliseconds.
   * @default 3600000 (an hour)
   */
  readonly fullEvery?: number | 'never';
}

/** The cursor of a statement, whose columns it selects. */
export interface QueryCursor extends TableCursor {
  /**
   * The column that holds the writing transaction: select `t.xmin AS row_version` and say `'row_version'`. Needed
   * unless `lag` is given. It is not part of the records.
   */
  readonly version?: string;
}

/** A channel of `NOTIFY`. */
export interface NotifyOptions {
  /** As in `NOTIFY channel`. Case counts. */
  readonly channel: string;
  /** Only notifications with this payload, and those with none, wake the watch. @default every one of the channel */
  readonly payload?: Parameter;
}

/** Settings of the transaction, for row-level security. They end with it. */
export interface SessionOptions {
  /** The role to take on, as by `SET LOCAL ROLE`. */
  readonly role?: Parameter;
  /** Settings with a dot in their name that policies read: `{ 'app.customer_id': entity.id }`. */
  readonly settings?: { readonly [name: string]: Parameter };
}

/** How values come out. Each default is exact. */
export interface TypeOptions {
  /** `int8`: text, or a number, which fails for one beyond ±2⁵³. @default 'text' */
  readonly int8?: 'text' | 'number';
  /** `numeric`: text, or the nearest number. @default 'text' */
  readonly numeric?: 'text' | 'number';
  /** `json` and `jsonb`: parsed, with numbers that would lose digits as text; or its text. @default 'parsed' */
  readonly json?: 'parsed' | 'text';
  /** `bytea`: base64 or hexadecimal text. @default 'base64' */
  readonly bytea?: 'base64' | 'hex';
  /** `timestamp` and `timestamptz`: as ISO 8601 (`2026-01-31T12:00:00.123456Z`), or as Postgres writes them. @default 'iso' */
  readonly timestamp?: 'iso' | 'text';
}

/** How much of a sweep is read at a time. */
export interface BatchOptions {
  /** The most rows. @default 2000 */
  readonly rows?: number;
  /**
   * About how many bytes; larger rows come in smaller batches. A batch that brings more than 16 times as much, and more
   * than 64 MiB, fails as `invalid`: the rows before it were far smaller. Then `rows` has to be set.
   * @default 4194304 (4 MiB)
   */
  readonly bytes?: number;
}
