// `pg` has no types of its own, and nobody is to install some for a library's sake: these are what the adapter needs.

/** A statement, as `pg` takes it. */
export interface PgStatement {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Rows are arrays. @default objects */
  readonly rowMode?: 'array';
  /** How a value of a type is read. @default as `pg` does */
  readonly types?: { getTypeParser(oid: number, format?: string): (value: string) => unknown } | undefined;
  /** `extended` refuses a second statement. @default only where there are `values` */
  readonly queryMode?: 'extended';
}

/** What `pg` answers to a statement. */
export interface PgResult<Row = unknown> {
  readonly rows: readonly Row[];
  readonly fields: readonly PgField[];
}

/** A column of an answer. */
export interface PgField {
  readonly name: string;
  /** The type, by its object id. */
  readonly dataTypeID: number;
}

/** What the adapter needs of a client of `pg`. */
export interface PgClient {
  query(statement: PgStatement | string): Promise<PgResult>;
  on(event: 'notification', listener: (message: PgNotification) => void): unknown;
  on(event: 'error' | 'end', listener: (error?: Error) => void): unknown;
  removeListener(event: 'notification', listener: (message: PgNotification) => void): unknown;
  removeListener(event: 'error' | 'end', listener: (error?: Error) => void): unknown;
  /**
   * Where the bytes come from. `pg` itself has it; of a client without it, nobody sees how much of an answer has come.
   */
  readonly connection?: { readonly stream: PgStream };
  /** What it has logged in with, wherever that came from. Looked at only to keep it out of what is said. */
  readonly password?: unknown;
  /** The process that it was told serves it: of a pooler, none of the server's. */
  readonly processID?: number | null;
}

/** What the adapter needs of the socket of a client. */
export interface PgStream {
  on(event: 'data', listener: (chunk: { readonly length: number }) => void): unknown;
  removeListener(event: 'data', listener: (chunk: { readonly length: number }) => void): unknown;
  destroy(): unknown;
}

/** A client that was taken from a pool. */
export interface PgPoolClient extends PgClient {
  /** Gives it back; with `true` or an error it is closed. */
  release(destroy?: boolean | Error): void;
}

/** What the adapter needs of a `Pool` of `pg`; also of one that only looks like it. */
export interface PgPool {
  connect(): Promise<PgPoolClient>;
  end(): Promise<void>;
  /** What its clients connect with. Looked at only to keep the password out of what is said. */
  readonly options?: PgLogin | undefined;
}

/** What a client logs in with, as `pg` takes it. */
export interface PgLogin {
  readonly connectionString?: string | undefined;
  readonly password?: string | (() => string | Promise<string>) | undefined;
}

/** A notification, as `pg` gives it. */
export interface PgNotification {
  readonly channel: string;
  readonly payload?: string | undefined;
}
