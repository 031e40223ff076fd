import { InvalidInputError } from '@stateful-workflow/core';
import {
  type DocumentNode,
  type FieldNode,
  getNamedType,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  print,
  separateOperations,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { type FieldShape, shapesOf, nodesOf } from './field-shape';

/** A document that was parsed and found good. */
export interface CheckedDocument {
  /** What is sent: the document, or the part of it that the one operation needs. */
  readonly text: string;
  readonly ast: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** The fields that it asks for, by their keys in the answer. */
  readonly fields: ReadonlyMap<string, FieldShape>;
}

/** How a document is checked. */
export interface CheckDocumentOptions {
  /** Which operation is meant, if the document has several. */
  readonly operationName?: string;
  /** What the document has to fit, besides GraphQL's grammar. @default any schema */
  readonly schema?: GraphQLSchema;
}

/**
 * Checks a document as the worker does before each load: that it parses, is a query, fits the schema if there is
 * one, and that no connection in it could be cut short unseen. For tests, and for a step of the build.
 *
 * @throws InvalidInputError that says what is wrong and where
 *
 * @example
 * it('asks for what the API has', () => {
 *   const schema = readSchema('support.graphql');
 *   for (const document of Object.values(documents)) checkDocument(document, { schema });
 * });
 */
export function checkDocument(
  document: string | DocumentNode,
  { operationName, schema }: CheckDocumentOptions = {},
): CheckedDocument {
  const whole = typeof document === 'string' ? parsed(document) : document;
  const operation = operationOf(whole, operationName);
  if (schema !== undefined) {
    const [error] = validate(schema, whole);
    if (error !== undefined) {
      const { line = 1, column = 1 } = error.locations?.[0] ?? {};
      const where = `line ${line}, column ${column}: ${error.message.replace(/\.$/, '')}`;
      refuse(`does not fit the schema (${where})`, 'Correct it, or give the adapter the newest schema');
    }
  }
  const fields = shapesOf(whole, operation);
  checkFields(fields, [], schema === undefined ? () => true : connectionsIn(schema, whole));
  const isAlone = whole.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length === 1;
  const ast = isAlone ? whole : (separateOperations(whole)[operation.name?.value ?? ''] ?? whole);
  return { text: isAlone && typeof document === 'string' ? document : print(ast), ast, operation, fields };
}

function parsed(text: string): DocumentNode {
  try {
    return parse(text, { maxTokens: 20_000 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refuse(`is not GraphQL (${reason.replace(/\.$/, '')})`, 'Correct it');
  }
}

function operationOf(document: DocumentNode, name: string | undefined): OperationDefinitionNode {
  const operations = document.definitions.filter(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  for (const { operation } of operations) {
    if (operation !== OperationTypeNode.QUERY)
      refuse(`holds a ${operation}, and a source only reads`, 'Give it a query');
  }
  const names = operations.map((operation) => operation.name?.value);
  if (name === undefined && operations.length > 1)
    refuse(`has several operations (${names.join(', ')})`, 'Say which one as operationName');
  const found = name === undefined ? operations[0] : operations.find((_, i) => names[i] === name);
  if (found !== undefined) return found;
  return refuse(name === undefined ? 'has no operation' : `has no operation "${name}"`, 'Give it a query');
}

/** What looks like a page of a connection has to say whether it is all. */
function checkFields(
  fields: ReadonlyMap<string, FieldShape>,
  above: readonly string[],
  isConnection: (node: FieldNode) => boolean,
): void {
  for (const { key, node, children, connection } of fields.values()) {
    const path = [...above, key];
    const given = node.arguments?.map(({ name }) => name.value) ?? [];
    const isPaged = nodesOf(children) !== undefined;
    if (isPaged && given.includes('last'))
      refuse(`pages backwards at ${path.join('.')}`, 'Use first and after in place of last and before');
    if (isPaged && connection === undefined && (given.includes('first') || isConnection(node))) {
      refuse(
        `asks for a page of ${path.join('.')} and not whether there is more, so that it could be cut short unseen`,
        'Select pageInfo { hasNextPage endCursor } there',
      );
    }
    checkFields(children, path, isConnection);
  }
}

/** Tells which fields of a document are connections by the schema, which has a `pageInfo` for those. */
function connectionsIn(schema: GraphQLSchema, document: DocumentNode): (node: FieldNode) => boolean {
  const found = new Set<FieldNode>();
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      Field: (node) => {
        const type = getNamedType(info.getType());
        if (isObjectType(type) && 'pageInfo' in type.getFields()) found.add(node);
      },
    }),
  );
  return (node) => found.has(node);
}

function refuse(reason: string, fix: string): never {
  throw new InvalidInputError('document', reason, fix, 'QUERY_INVALID');
}
