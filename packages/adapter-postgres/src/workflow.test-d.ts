import type { DataSourceAdapter, PlacedSource, SourceDefinition } from '@stateful-workflow/core';
import { Pool } from 'pg';
import { describe, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import { type PgPool, postgresAdapter, type PostgresCursor } from './index';
import type { querySchema } from './query-schema';
import { entity, identifier, postgres, postgresAs, type PostgresQuery, sql } from './workflow';

describe('types', () => {
  it('of the query and of its schema are one', () => {
    type Checked = z.output<typeof querySchema>;
    // Assignments: parameters are recursive, and expectTypeOf does not see through that.
    const toQuery = (checked: Checked): PostgresQuery => checked;
    const fromQuery = (query: PostgresQuery): Checked => query;
    expectTypeOf(toQuery).toBeFunction();
    expectTypeOf(fromQuery).toBeFunction();
    expectTypeOf<keyof Checked>().toEqualTypeOf<keyof PostgresQuery>();
  });

  it('of the builder', () => {
    const table = { name: 'invoices', key: 'id' } as const;
    expectTypeOf(postgres({ connection: 'x', table })).toEqualTypeOf<PlacedSource<PostgresQuery>>();
    expectTypeOf(postgres({ connection: 'x', table })).toExtend<SourceDefinition<PostgresQuery>>();
    expectTypeOf(postgresAs('archive')).toEqualTypeOf(postgres);
    postgres({
      connection: 'x',
      query: sql`SELECT ${identifier('a')} WHERE b = ${entity.id} AND c = ${[1]}`,
      cursor: { column: 'at', version: 'v' },
      into: 'invoices',
    });
    // @ts-expect-error a connection is required
    postgres({ table });
    // @ts-expect-error a workflow knows no addresses
    postgres({ connection: { host: 'x' }, table });
    // @ts-expect-error a key that nobody knows
    postgres({ connection: 'x', table, limit: 5 });
    // @ts-expect-error a value that is no JSON
    void sql`SELECT ${new Date()}`;
  });

  it('of the adapter', () => {
    const adapter = postgresAdapter({ connections: { x: new Pool(), y: () => new Pool() } });
    expectTypeOf(adapter).toExtend<DataSourceAdapter<PostgresQuery, PostgresCursor>>();
    expectTypeOf(adapter).toExtend<DataSourceAdapter>();
    expectTypeOf<Pool>().toExtend<PgPool>();
  });
});
