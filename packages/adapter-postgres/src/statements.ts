import type { EntityRef } from '@stateful-workflow/core';
import { bound } from './parameters';
import type { Parameter, PostgresQuery, QueryCursor, TableCursor, TableSource } from './postgres-query';
import { OWN } from './rows';
import { quote } from './sql';

/** A statement with its parameters. */
export interface Bound {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Parameters of a statement that is being put together. */
export class Values {
  readonly list: unknown[];

  constructor(list: readonly unknown[] = []) {
    this.list = [...list];
  }

  /** Takes a parameter in and gives its place, `$3`. */
  add(value: unknown): string {
    return `$${this.list.push(value)}`;
  }
}

/** The rows of a source before anything is asked of them: where they are, and which columns. */
export interface Origin {
  /** What follows SELECT for the records. */
  readonly columns: string;
  /** What follows FROM, with the alias `t`. */
  readonly from: string;
  /** Conditions that hold for all of the source's rows. */
  readonly conditions: readonly string[];
  readonly values: Values;
  /** The transaction that wrote a row, where that is known. */
  readonly version?: string;
}

export const tableName = ({ name }: TableSource): string =>
  (typeof name === 'string' ? name.split('.') : name).map(quote).join('.');

const column = (name: string): string => `t.${quote(name)}`;

/** The rows of a query or a table. */
export function originOf(
  query: Pick<PostgresQuery, 'query' | 'table' | 'cursor'>,
  entity: EntityRef,
): Origin {
  const { table, query: statement } = query;
  if (table === undefined) {
    const { text = '', values = [] } = statement ?? {};
    return {
      columns: 't.*',
      // A line of its own, for a statement that ends in a comment.
      from: `(\n${text.replace(/;\s*$/, '')}\n) AS t`,
      conditions: [],
      values: new Values(values.map((value) => bound(value, entity))),
      ...(query.cursor?.version !== undefined && { version: column(query.cursor.version) }),
    };
  }
  // The filter first: its parameters keep their numbers.
  const values = new Values((table.filter?.values ?? []).map((value) => bound(value, entity)));
  const conditions = Object.entries(table.where ?? {}).map(([name, value]) =>
    equals(column(name), value, values, entity),
  );
  if (table.filter !== undefined) conditions.push(`(\n${table.filter.text}\n)`);
  const cursor = cursorOf(query);
  return {
    columns: columnsOf(table),
    from: `${tableName(table)} AS t`,
    conditions,
    values,
    ...(cursor !== undefined && cursor.lag === undefined && { version: 't.xmin' }),
  };
}

/** The cursor of a query, in full. */
export function cursorOf({
  table,
  cursor,
}: Pick<PostgresQuery, 'table' | 'cursor'>): (TableCursor & QueryCursor) | undefined {
  if (table === undefined) return cursor;
  return typeof table.cursor === 'string' ? { column: table.cursor } : table.cursor;
}

/** Every row of the source. */
export function sweepStatement(query: PostgresQuery, entity: EntityRef): Bound {
  const { query: statement } = query;
  const cursor = cursorOf(query);
  // As it was written: an error of the server then points at the right place.
  if (statement !== undefined && cursor === undefined)
    return { text: statement.text, values: (statement.values ?? []).map((value) => bound(value, entity)) };
  const origin = originOf(query, entity);
  const conditions = [...origin.conditions];
  if (cursor?.tombstone !== undefined) conditions.push(`NOT ${isDeleted(cursor.tombstone)}`);
  return select(origin, conditions);
}

/** A SELECT of an origin's records, and of each row's transaction where that is known. */
export function select(
  { columns, from, values, version }: Origin,
  conditions: readonly string[],
  more: readonly string[] = [],
): Bound {
  const own = version === undefined ? [] : [`${version}::text AS ${quote(`${OWN}xid`)}`];
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return {
    text: `SELECT ${[columns, ...own, ...more].join(', ')} FROM ${from}${where}`,
    values: values.list,
  };
}

/** Whether a row is marked as deleted: true, or any other value that is not null. */
export const isDeleted = (name: string): string =>
  `coalesce(${column(name)}::text NOT IN ('false', 'f'), false)`;

export { column as columnOf };

function columnsOf({ columns }: TableSource): string {
  if (columns === undefined) return 't.*';
  if (Array.isArray(columns)) return (columns as readonly string[]).map(column).join(', ');
  return Object.entries(columns as { readonly [field: string]: string })
    .map(([field, name]) => `${column(name)} AS ${quote(field)}`)
    .join(', ');
}

function equals(name: string, value: Parameter, values: Values, entity: EntityRef): string {
  if (value === null) return `${name} IS NULL`;
  const place = values.add(bound(value, entity));
  return Array.isArray(value) ? `${name} = ANY(${place})` : `${name} = ${place}`;
}
