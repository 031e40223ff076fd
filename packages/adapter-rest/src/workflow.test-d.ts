import type { DataSourceAdapter, PlacedSource, SourceDefinition } from '@stateful-workflow/core';
import { describe, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import { restAdapter, type RestCursor, type RestQuery as RestQueryOfIndex } from './index';
import type { querySchema } from './query-schema';
import { rest, restAs, type RestQuery } from './workflow';

describe('types', () => {
  it('of the query and of its schema are one', () => {
    expectTypeOf<z.output<typeof querySchema>>().toExtend<RestQuery>();
    expectTypeOf<Omit<RestQuery, 'body'>>().toExtend<Omit<z.input<typeof querySchema>, 'body'>>();
    expectTypeOf<keyof z.output<typeof querySchema>>().toEqualTypeOf<keyof RestQuery>();
    expectTypeOf<RestQueryOfIndex>().toEqualTypeOf<RestQuery>();
  });

  it('of the builder', () => {
    expectTypeOf(rest({ path: '/x' })).toEqualTypeOf<PlacedSource<RestQuery>>();
    expectTypeOf(rest({ path: '/x' })).toExtend<SourceDefinition<RestQuery>>();
    expectTypeOf(restAs('legacy')).toEqualTypeOf(rest);
    rest({
      path: '/x',
      params: { a: 1, b: true, c: 'x' },
      pagination: { type: 'page', size: 5 },
      into: 'contacts',
      credential: 'secret:CRM_TOKEN',
      timeout: '10 s',
    });
    // @ts-expect-error path is required
    rest({});
    // @ts-expect-error a key that nobody knows
    rest({ path: '/x', methods: 'GET' });
    // @ts-expect-error another kind of pagination
    rest({ path: '/x', pagination: { type: 'scroll' } });
    // @ts-expect-error a parameter that is not text, number or boolean
    rest({ path: '/x', params: { a: [1] } });
  });

  it('of the adapter', () => {
    const adapter = restAdapter({ origins: ['https://crm.example.com'] });
    expectTypeOf(adapter).toExtend<DataSourceAdapter<RestQuery, RestCursor>>();
    expectTypeOf(adapter).toExtend<DataSourceAdapter>();
    expectTypeOf(adapter.close).toEqualTypeOf<() => Promise<void>>();
  });
});
