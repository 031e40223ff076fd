import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  visit,
} from 'graphql';

/** The variables that a follow-up query adds. */
export const FOLLOW_ID = 'followId';
export const FOLLOW_AFTER = 'followAfter';

/**
 * Writes the query that reads on in a connection which many records have: it asks for one of them by its global id,
 * and in it for the same field, from a cursor on.
 *
 * @param type of the record, as `__typename` gives it
 */
export function followUpQuery(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  field: FieldNode,
  type: string,
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
  const asked = readingOn(field);
  look(asked);
  variables.delete(FOLLOW_AFTER);
  const definitions = (operation.variableDefinitions ?? [])
    .filter(({ variable }) => variables.has(variable.name.value))
    .map(print);
  const head = [`$${FOLLOW_ID}: ID!`, `$${FOLLOW_AFTER}: String`, ...definitions].join(', ');
  const query = `query FollowUp(${head}) { node(id: $${FOLLOW_ID}) { ... on ${type} { ${print(asked)} } } }`;
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
