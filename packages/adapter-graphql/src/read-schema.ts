import { readFileSync } from 'node:fs';
import { InvalidInputError } from '@stateful-workflow/core';
import { buildClientSchema, buildSchema, type GraphQLSchema, type IntrospectionQuery } from 'graphql';

/**
 * Reads a schema from a file: SDL, or the result of an introspection query as JSON.
 *
 * @param path of the file
 * @throws InvalidInputError when it cannot be read, or is no schema
 */
export function readSchema(path: string): GraphQLSchema {
  try {
    const text = readFileSync(path, 'utf8');
    if (!path.endsWith('.json')) return buildSchema(text);
    const json = JSON.parse(text) as { readonly data?: IntrospectionQuery } & IntrospectionQuery;
    return buildClientSchema(json.data ?? json);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidInputError(
      'schema',
      `cannot be read from ${path} (${reason.replace(/\.$/, '')})`,
      'Give the path of a .graphql file with SDL, or of a .json file with the result of an introspection query',
    );
  }
}
