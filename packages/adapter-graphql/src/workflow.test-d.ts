import type { DocumentTypeDecoration, TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { DataSourceAdapter, SourceDefinition } from '@stateful-workflow/core';
import { describe, expectTypeOf, it } from 'vitest';
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
  });

  it('of the adapter', () => {
    const adapter = graphqlAdapter({ origins: ['https://support.example.com'] });
    expectTypeOf(adapter).toExtend<DataSourceAdapter<GraphqlQuery, GraphqlCursor>>();
    expectTypeOf(adapter).toExtend<DataSourceAdapter>();
    expectTypeOf(adapter.close).toEqualTypeOf<() => Promise<void>>();
  });
});
