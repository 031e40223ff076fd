import { InvalidInputError, type Schema, type SourceDefinition } from '@stateful-workflow/core';
import {
  beginningIn,
  DECLARES,
  type Declaration,
  listOf,
  reachableSchema,
  rootEntityOf,
  schemaOf,
} from '@stateful-workflow/core/internal';
import type { FeedOptions } from './workflow/feed-options';

/** The workflows that a feed keeps in step, as their class declares them. */
export interface Target {
  readonly workflowType: string;
  readonly entityName: string;
  /** What a record can hold. */
  readonly schema: Schema;
  readonly source: SourceDefinition;
  /** What the ids of their workflows begin with. */
  readonly prefix: string;
  /** What a run of them begins with, as their function says: it saves each a record of its own. */
  readonly begins: unknown;
}

/** @throws InvalidInputError that names what is wrong with the workflow, or with the source that is to be fed */
export function targetOf({ name, into }: FeedOptions): Target {
  const { [DECLARES]: declares } = into.workflow as { readonly [DECLARES]?: () => Declaration };
  const field = `${name}.into`;
  if (declares === undefined)
    throw new InvalidInputError(
      `${field}.workflow`,
      'is not what defineWorkflow returns',
      'Give the workflow function itself, such as CustomerWorkflow',
    );
  const declaration = declares();
  const workflowType = into.workflow.name;
  const { entityName = rootEntityOf(into.workflow) } = into;
  const { [into.source]: source } = declaration.sources ?? {};
  if (source === undefined)
    throw new InvalidInputError(
      `${field}.source`,
      `is "${into.source}", which ${workflowType} does not have`,
      `Use one of ${Object.keys(declaration.sources ?? {}).join(', ') || 'its sources: it has none'}`,
    );
  if (source.fedBy !== name)
    throw new InvalidInputError(
      `${field}.source`,
      `is "${into.source}", and that source of ${workflowType} does not say that this feed brings it`,
      `Add fedBy: '${name}' to it`,
    );
  const schema = schemaOf(declaration, entityName);
  listOf(schema, entityName, into.source, source);
  return {
    workflowType,
    entityName,
    schema: reachableSchema(schema, entityName),
    source,
    prefix: `${entityName}-`,
    begins: beginningIn(into.workflow),
  };
}
