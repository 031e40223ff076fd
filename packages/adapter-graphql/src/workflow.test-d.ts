import type { DocumentTypeDecoration, TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { DataSourceAdapter, SourceDefinition } from '@stateful-workflow/core';
import { recordSchemas } from '@stateful-workflow/core';
import { defineSchema, many, one, typed, workflowClass } from '@stateful-workflow/core/workflow';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { graphqlAdapter, type GraphqlCursor } from './index';
import { graphql, graphqlAs, type GraphqlQuery, type GraphqlSource, type ResultOf } from './workflow';

interface Result {
  readonly ticket: { readonly id: string; readonly subject: string | null } | null;
}

declare const node: TypedDocumentNode<Result, { readonly id: string; readonly size?: number }>;
declare class TypedDocumentString<R, V> extends String implements DocumentTypeDecoration<R, V> {
  __apiType?: (variables: V) => R;
}
declare const text: TypedDocumentString<Result, { readonly id: string }>;
declare const bare: TypedDocumentNode<Result, Record<string, never>>;

describe('types', () => {
  it('infers variables and result from a typed document', () => {
    const source = graphql({ document: node, variables: { id: '{id}' } });
    expectTypeOf(source).toEqualTypeOf<GraphqlSource<Result>>();
    expectTypeOf<ResultOf<typeof source>>().toEqualTypeOf<Result>();
    expectTypeOf(source).toExtend<SourceDefinition<GraphqlQuery>>();
    expectTypeOf(graphql({ document: text, variables: { id: '{id}' } })).toEqualTypeOf<
      GraphqlSource<Result>
    >();
    expectTypeOf(graphql({ document: bare })).toEqualTypeOf<GraphqlSource<Result>>();
  });

  it('asks for the variables that the document needs, of the types it has', () => {
    // @ts-expect-error id is needed
    graphql({ document: node });
    // @ts-expect-error size is a number
    graphql({ document: node, variables: { id: '{id}', size: '5' } });
  });

  it('takes any variables with a text', () => {
    expectTypeOf(graphql({ document: '{ a }' })).toEqualTypeOf<GraphqlSource>();
    graphql({ document: '{ a }', variables: { anything: [1] }, into: 'tickets', timeout: '10 s' });
    // @ts-expect-error document is required
    graphql({ items: 'a' });
    // @ts-expect-error a key that nobody knows
    graphql({ document: '{ a }', itmes: 'a' });
    expectTypeOf(graphqlAs('shop')).toEqualTypeOf<typeof graphql>();
    const placed = graphql({ document: node, variables: { id: '{id}' }, into: 'tickets' });
    expectTypeOf(placed).toEqualTypeOf<GraphqlSource<Result, 'tickets'>>();
    expectTypeOf<ResultOf<typeof placed>>().toEqualTypeOf<Result>();
    // Who names the types of a document says nothing of where the records go.
    expectTypeOf(
      graphql<Result, { id: string }>({ document: '{ a }', variables: { id: '{id}' }, into: 'tickets' }),
    ).toEqualTypeOf<GraphqlSource<Result>>();
  });

  it('of a workflow that has a schema', () => {
    const schema = defineSchema({
      Customer: { relations: { tickets: many('Ticket'), account: one('Account') } },
      Ticket: { fields: z.object({ id: z.string() }) },
      Account: { fields: typed<{ id: string }>() },
    });
    const define = workflowClass<typeof schema, 'Customer'>;
    define({
      schema,
      entityName: 'Customer',
      sources: {
        profile: graphql({ document: '{ a }' }),
        tickets: graphql({ document: '{ a }', schema: 'Ticket' }),
        open: graphql({ document: '{ a }', into: 'tickets' }),
        // @ts-expect-error no such list
        closed: graphql({ document: '{ a }', into: 'kickets' }),
        // @ts-expect-error a relation to one
        account: graphql({ document: '{ a }', into: 'account' }),
        // @ts-expect-error a record schema that is of no entity
        other: graphql({ document: '{ a }', schema: 'Kicket' }),
      },
    });
    const schemas = recordSchemas(schema);
    expectTypeOf<keyof typeof schemas>().toEqualTypeOf<'Ticket'>();
    graphqlAdapter({ origins: ['https://support.example.com'], schemas });
  });

  it('of the adapter', () => {
    const adapter = graphqlAdapter({ origins: ['https://support.example.com'] });
    expectTypeOf(adapter).toExtend<DataSourceAdapter<GraphqlQuery, GraphqlCursor>>();
    expectTypeOf(adapter).toExtend<DataSourceAdapter>();
    expectTypeOf(adapter.close).toEqualTypeOf<() => Promise<void>>();
  });
});
