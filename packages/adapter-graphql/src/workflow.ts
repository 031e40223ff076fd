import type { DocumentTypeDecoration, TypedDocumentNode } from '@graphql-typed-document-node/core';
import {
  defineSource,
  type PlacedSource,
  type Placing,
  type SourceOptions,
} from '@stateful-workflow/core/workflow';
import { documentText } from './document-text';
import type { GraphqlOperation, GraphqlQuery } from './graphql-query';

export type {
  CursorPagination,
  GraphqlIncremental,
  GraphqlOperation,
  GraphqlQuery,
  OffsetPagination,
} from './graphql-query';

/** A document as text, or typed: what code generation gives, in either of its modes. */
export type GraphqlDocument<Result, Variables> =
  | string
  | TypedDocumentNode<Result, Variables>
  | (DocumentTypeDecoration<Result, Variables> & { toString(): string });

/** The variables of a document; to be given if it needs any. */
export type GraphqlVariables<Variables> =
  Record<string, never> extends Variables
    ? { readonly variables?: Variables }
    : { readonly variables: Variables };

/** What {@link graphql} takes: a GraphQL query, and what every source can say (`into`, `credential`, `timeout`, …). */
export type GraphqlSourceOptions<Result = unknown, Variables = { [name: string]: unknown }> = Omit<
  GraphqlQuery,
  'document' | 'variables' | 'also'
> &
  SourceOptions &
  GraphqlVariables<NoInfer<Variables>> & {
    /** What to ask: text, or a typed document. */
    readonly document: GraphqlDocument<Result, Variables>;
    /** Further documents of the same load. */
    readonly also?: readonly (Omit<GraphqlOperation, 'document' | 'variables'> & {
      readonly document: GraphqlDocument<unknown, { [name: string]: unknown }>;
      readonly variables?: { readonly [name: string]: unknown };
    })[];
  };

/** A source that knows the type of its document's result. */
export interface GraphqlSource<Result = unknown, Into = never, Records = never> extends PlacedSource<
  GraphqlQuery,
  Into,
  Records
> {
  /** There in types only. */
  readonly __result?: Result;
}

/** The result of a source's document. */
export type ResultOf<Source> = Source extends GraphqlSource<infer Result, unknown, unknown> ? Result : never;

/**
 * Configures a source that a GraphQL API feeds. For workflow code: it does no I/O, and the request is made on the
 * worker, by the adapter that `graphqlAdapter` gives.
 *
 * That the document is a whole query is checked here, when the workflow is defined; that it is right, on the worker
 * at every load, and in tests by `checkDocument`.
 *
 * @throws InvalidInputError for a mutation, a subscription, or text that is no complete query
 *
 * @example
 * readonly sources = {
 *   tickets: graphql({
 *     document: `query ($id: ID!, $after: String) {
 *       customer(id: $id) {
 *         tickets(first: 50, after: $after) {
 *           nodes { id subject status }
 *           pageInfo { hasNextPage endCursor }
 *         }
 *       }
 *     }`,
 *     variables: { id: '{id}' },
 *     items: 'customer.tickets',
 *   }),
 * };
 */
export const graphql = graphqlAs('graphql');

/**
 * Makes a builder like {@link graphql} for an adapter that was registered under another name, for example one with
 * another schema: `graphqlAdapter({ name: 'shop', origins, schema })`.
 *
 * @param name the adapter's `name` option
 */
export function graphqlAs(
  name: string,
): <
  Result = unknown,
  Variables = { [name: string]: unknown },
  Into extends string = never,
  Records extends string = never,
>(
  options: GraphqlSourceOptions<Result, Variables> & Placing<Into, Records>,
) => GraphqlSource<Result, Into, Records> {
  return (options) => {
    const { also, document } = options;
    return defineSource<GraphqlQuery>(
      { adapter: name, package: '@stateful-workflow/adapter-graphql' },
      {
        ...(options as Omit<GraphqlQuery, 'document' | 'also'> & SourceOptions),
        document: documentText(document),
        ...(also && {
          also: also.map((one) => ({ ...one, document: documentText(one.document) }) as GraphqlOperation),
        }),
      },
    );
  };
}
