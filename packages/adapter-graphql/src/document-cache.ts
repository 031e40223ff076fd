import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type CheckedDocument, checkDocument } from './check-document';
import type { GraphqlOperation } from './graphql-query';

/** Documents are few and asked for at every load; they are parsed once. */
const MAX_DOCUMENTS = 500;

/**
 * Makes what gives checked documents.
 *
 * @throws InvalidInputError for a document that is not good, each time it is asked for
 */
export function documentCache(schema: GraphQLSchema | undefined) {
  const documents = new LRUCache<string, CheckedDocument>({ max: MAX_DOCUMENTS });
  return ({ document, operationName }: GraphqlOperation): CheckedDocument => {
    const key = JSON.stringify([document, operationName]);
    let checked = documents.get(key);
    if (checked === undefined) {
      checked = checkDocument(document, { operationName, schema });
      documents.set(key, checked);
    }
    return checked;
  };
}
