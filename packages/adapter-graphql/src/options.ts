import type { FaultKind } from '@stateful-workflow/core';
import {
  type HttpAdapterOptions,
  httpOptionsShape,
  resolveHttpOptions,
  schemasOption,
  type StandardSchema,
} from '@stateful-workflow/http';
import { GraphQLSchema } from 'graphql';
import { z } from 'zod';

/** How a GraphQL adapter reaches its APIs. Set on the worker; a workflow cannot change it. */
export interface GraphqlAdapterOptions extends HttpAdapterOptions {
  /**
   * The schema that documents have to fit: the path of a file with SDL or an introspection result, or a schema.
   * @default documents are checked by the grammar only
   */
  readonly schema?: string | GraphQLSchema;
  /** Schemas for `schema` of a source, of any library that keeps to Standard Schema. @default none */
  readonly schemas?: { readonly [name: string]: StandardSchema };
  /**
   * What the codes are that the API gives its errors in `extensions.code`, before the standard table.
   *
   * @example
   * codes: { SHOP_INACTIVE: 'gone' }
   */
  readonly codes?: { readonly [code: string]: FaultKind };
}

const optionsSchema = z.strictObject({
  ...httpOptionsShape,
  name: httpOptionsShape.name.default('graphql'),
  schema: z
    .union(
      [z.string().min(1), z.instanceof(GraphQLSchema)],
      'must be the path of a schema file, or a GraphQLSchema',
    )
    .optional(),
  schemas: schemasOption,
  codes: z
    .record(z.string(), z.enum(['transient', 'throttled', 'unauthorized', 'invalid', 'gone', 'fatal']))
    .default({}),
});

/** {@link GraphqlAdapterOptions} with every default filled in. */
export type ResolvedOptions = z.output<typeof optionsSchema>;

/**
 * Checks options and fills in defaults.
 *
 * @throws InvalidInputError that names the first field that does not fit
 */
export const resolveOptions = (options: GraphqlAdapterOptions): ResolvedOptions =>
  resolveHttpOptions(optionsSchema, options, 'graphqlAdapter');
