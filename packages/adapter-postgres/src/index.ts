export type { FeedCursor, LagCursor, PostgresCursor, SweepProgress, TransactionCursor } from './cursors';
export type { PostgresAdapterOptions, PostgresConnection, PostgresConnectionOptions } from './options';
export { installNotifyTrigger, type NotifyTriggerOptions } from './notify-trigger';
export type {
  PgClient,
  PgField,
  PgLogin,
  PgNotification,
  PgPool,
  PgPoolClient,
  PgResult,
  PgStatement,
  PgStream,
} from './pg-types';
export { postgresAdapter, type PostgresAdapter } from './postgres-adapter';
export { PostgresFault } from './postgres-fault';
export type {
  BatchOptions,
  EntityValue,
  NotifyOptions,
  Parameter,
  ParameterJson,
  PostgresQuery,
  QueryCursor,
  SessionOptions,
  SqlStatement,
  TableCursor,
  TableSource,
  TypeOptions,
} from './postgres-query';
export { entity, identifier, sql, type SqlIdentifier } from './sql';
