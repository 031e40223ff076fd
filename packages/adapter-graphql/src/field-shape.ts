import {
  type FieldNode,
  type FragmentDefinitionNode,
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** One field of an answer, as its document asks for it. */
export interface FieldShape {
  /** What it is called in the answer: its alias, if it has one. */
  readonly key: string;
  readonly node: FieldNode;
  readonly children: ReadonlyMap<string, FieldShape>;
  /** Where it is a Relay connection. */
  readonly connection?: Connection;
}

/** How a Relay connection is asked for. */
export interface Connection {
  /** Whether its nodes are in `nodes`, or each in one of its `edges`. */
  readonly style: 'nodes' | 'edges';
  /** The variable that says where the next page begins, if the document has one. */
  readonly after?: string;
}

/** The fields of an operation, with its fragments spread out. */
export function shapesOf(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): ReadonlyMap<string, FieldShape> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  return childrenOf([operation.selectionSet], fragments, new Set());
}

function childrenOf(
  selections: readonly SelectionSetNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  spread: ReadonlySet<string>,
): ReadonlyMap<string, FieldShape> {
  const fields = new Map<string, FieldNode[]>();
  const collect = ({ selections: parts }: SelectionSetNode, seen: ReadonlySet<string>): void => {
    for (const part of parts) {
      if (part.kind === Kind.FIELD) {
        const key = (part.alias ?? part.name).value;
        fields.set(key, [...(fields.get(key) ?? []), part]);
      } else if (part.kind === Kind.INLINE_FRAGMENT) collect(part.selectionSet, seen);
      else {
        const name = part.name.value;
        const fragment = fragments.get(name);
        // A fragment that is in itself is for the validation to refuse, and not to be lost in.
        if (fragment && !seen.has(name)) collect(fragment.selectionSet, new Set([...seen, name]));
      }
    }
  };
  for (const selection of selections) collect(selection, spread);
  const shapes = new Map<string, FieldShape>();
  for (const [key, nodes] of fields) {
    const [node] = nodes as [FieldNode];
    const inner = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const children = childrenOf(inner, fragments, spread);
    const connection = connectionOf(node, children);
    shapes.set(key, { key, node, children, ...(connection && { connection }) });
  }
  return shapes;
}

/** What makes a connection: information on its page, and its nodes. */
function connectionOf(node: FieldNode, children: ReadonlyMap<string, FieldShape>): Connection | undefined {
  const nodes = nodesOf(children);
  if (nodes === undefined || infoOf(children) === undefined) return undefined;
  const after = node.arguments?.find(({ name }) => name.value === 'after')?.value;
  return {
    style: nodes.node === undefined ? 'nodes' : 'edges',
    ...(after?.kind === Kind.VARIABLE && { after: after.name.value }),
  };
}

/** Where the nodes of a field are, if it looks like a connection: in its `nodes`, or each in one of its `edges`. */
export function nodesOf(
  children: ReadonlyMap<string, FieldShape>,
): { readonly list: FieldShape; readonly node?: FieldShape } | undefined {
  const nodes = named(children, 'nodes');
  if (nodes !== undefined) return { list: nodes };
  const edges = named(children, 'edges');
  const node = named(edges?.children, 'node');
  return edges && node && { list: edges, node };
}

/** Where a connection says whether there is another page, and where that begins: paths in the answer. */
export function infoOf(
  children: ReadonlyMap<string, FieldShape>,
): { readonly hasNextPage: string; readonly endCursor: string } | undefined {
  const info = named(children, 'pageInfo');
  const [more, cursor] = [named(info?.children, 'hasNextPage'), named(info?.children, 'endCursor')];
  if (info === undefined || more === undefined || cursor === undefined) return undefined;
  return { hasNextPage: `${info.key}.${more.key}`, endCursor: `${info.key}.${cursor.key}` };
}

/** The field of a name, whatever its alias. */
function named(fields: ReadonlyMap<string, FieldShape> | undefined, name: string): FieldShape | undefined {
  return [...(fields?.values() ?? [])].find(({ node }) => node.name.value === name);
}
