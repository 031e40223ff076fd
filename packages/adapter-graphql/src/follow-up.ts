import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  visit,
} from 'graphql';
import type { FollowUp } from './graphql-query';

/** The variables that a follow-up query adds. */
export const FOLLOW_ID = 'followId';
export const FOLLOW_AFTER = 'followAfter';

/** How a follow-up query is written. */
export interface FollowUpStyle {
  /** The field that gives any record by its id. */
  readonly field: string;
  /** Its argument, and the field of a record that has the id. */
  readonly id: string;
  /** The type of cursors, where it is known. */
  readonly cursor?: string;
}

/** How the follow-up queries of a source are written: as it says, or as the schema has it, or as Relay does. */
export function followUpStyle(given: FollowUp = {}, schema: GraphQLSchema | undefined): FollowUpStyle {
  const { field = 'node', cursor } = given;
  const args = schema?.getQueryType()?.getFields()[field]?.args ?? [];
  const [id] = args.filter(({ type }) => String(type) === 'ID!');
  return { field, id: given.id ?? id?.name ?? 'id', ...(cursor !== undefined && { cursor }) };
}

/**
 * Writes the query that reads on in a connection which many records have: it asks for one of them by its global id,
 * and in it for the same field, from a cursor on.
 *
 * @param type of the record, as `__typename` gives it
 */
export function followUpQuery(
  { ast: document, operation }: { readonly ast: DocumentNode; readonly operation: OperationDefinitionNode },
  asks: FieldNode,
  type: string,
  { field, id, cursor }: FollowUpStyle,
  schema: GraphQLSchema | undefined,
): { readonly text: string; readonly variables: ReadonlySet<string> } {
  const variables = new Set<string>();
  const fragments = new Set<string>();
  const look = (node: FieldNode | DocumentNode['definitions'][number]): void => {
    visit(node, {
      Variable: ({ name }) => void variables.add(name.value),
      FragmentSpread: ({ name }) => {
        if (fragments.has(name.value)) return;
        fragments.add(name.value);
        const found = document.definitions.find(
          (part) => part.kind === Kind.FRAGMENT_DEFINITION && part.name.value === name.value,
        );
        if (found) look(found);
      },
    });
  };
  const asked = readingOn(asks);
  look(asked);
  variables.delete(FOLLOW_AFTER);
  const definitions = (operation.variableDefinitions ?? [])
    .filter(({ variable }) => variables.has(variable.name.value))
    .map(print);
  const after = cursor ?? schemaCursor(asks, type, schema) ?? declaredCursor(asks, operation) ?? 'String';
  const head = [`$${FOLLOW_ID}: ID!`, `$${FOLLOW_AFTER}: ${after}`, ...definitions].join(', ');
  const query = `query FollowUp(${head}) { ${field}(${id}: $${FOLLOW_ID}) { ... on ${type} { ${print(asked)} } } }`;
  const spread = document.definitions.filter(
    (part) => part.kind === Kind.FRAGMENT_DEFINITION && fragments.has(part.name.value),
  );
  return { text: print(parse([query, ...spread.map(print)].join('\n'))), variables };
}

/** The field with another `after`. */
function readingOn(field: FieldNode): FieldNode {
  const after: ArgumentNode = {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: 'after' },
    value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: FOLLOW_AFTER } },
  };
  const others = (field.arguments ?? []).filter(({ name }) => name.value !== 'after');
  return { ...field, arguments: [...others, after] };
}

/** The type of a connection's cursors, as the schema has it. */
function schemaCursor(
  { name }: FieldNode,
  type: string,
  schema: GraphQLSchema | undefined,
): string | undefined {
  const owner = schema?.getType(type);
  if (!isObjectType(owner)) return undefined;
  const after = owner.getFields()[name.value]?.args.find((argument) => argument.name === 'after');
  return after && String(after.type);
}

/** The type that the document declares the cursor to have, where it gives one. */
function declaredCursor(field: FieldNode, operation: OperationDefinitionNode): string | undefined {
  const after = field.arguments?.find(({ name }) => name.value === 'after')?.value;
  if (after?.kind !== Kind.VARIABLE) return undefined;
  const definition = operation.variableDefinitions?.find(
    ({ variable }) => variable.name.value === after.name.value,
  );
  return definition && print(definition.type).replace(/!$/, '');
}
