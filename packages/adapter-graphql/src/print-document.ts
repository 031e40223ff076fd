import type { DocumentNode } from 'graphql';

type Node = Readonly<Record<string, unknown>>;

/** A property of a node, and what is around and between its parts if it has any. */
type Part = string | readonly [property: string, before?: string, between?: string, after?: string];

const directives: Part = ['directives'];
const selectionSet: Part = ['selectionSet'];
const args: Part = ['arguments', '(', ',', ')'];
const value: readonly Part[] = [['value']];

/** How the nodes of executable documents are written. A string in a form stands for itself. */
const FORMS: Readonly<Record<string, readonly Part[]>> = {
  Document: [['definitions', '', '\n']],
  OperationDefinition: [
    ['operation'],
    ['name', ' '],
    ['variableDefinitions', '(', ',', ')'],
    directives,
    selectionSet,
  ],
  VariableDefinition: [['variable'], ['type', ':'], ['defaultValue', '='], directives],
  Variable: [['name', '$']],
  Name: value,
  SelectionSet: [['selections', '{', ' ', '}']],
  Field: [['alias', '', '', ':'], ['name'], args, directives, selectionSet],
  Argument: [['name'], ['value', ':']],
  FragmentSpread: [['name', '...'], directives],
  InlineFragment: ['...', ['typeCondition', 'on '], directives, selectionSet],
  FragmentDefinition: ['fragment ', ['name'], ['typeCondition', ' on '], directives, selectionSet],
  NamedType: [['name']],
  ListType: [['type', '[', '', ']']],
  NonNullType: [['type', '', '', '!']],
  IntValue: value,
  FloatValue: value,
  EnumValue: value,
  BooleanValue: value,
  NullValue: ['null'],
  ListValue: ['[', ['values', '', ','], ']'],
  ObjectValue: ['{', ['fields', '', ','], '}'],
  ObjectField: [['name'], ['value', ':']],
  Directive: [['name', ' @'], args],
};

/**
 * Writes a parsed document as text. In place of `graphql`'s own printer, which would bring 10 KB into every
 * workflow bundle.
 */
export const printDocument = (document: DocumentNode): string => print(document as unknown as Node);

function print(node: Node): string {
  if (node.kind === 'StringValue') return JSON.stringify(node.value);
  return (FORMS[node.kind as string] ?? [])
    .map((part) => {
      if (typeof part === 'string') return part;
      const [property, before = '', between = '', after = ''] = part;
      const given = [node[property] ?? []].flat();
      return given.length > 0 ? before + given.map(written).join(between) + after : '';
    })
    .join('');
}

const written = (part: unknown): string =>
  typeof part === 'object' ? print(part as Node) : `${part as string | boolean}`;
