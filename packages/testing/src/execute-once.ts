import { InvalidInputError, type Schema } from '@stateful-workflow/core';
import {
  DECLARES,
  type ExecutedOnce,
  type ExecuteOnceInput,
  executeOnce as execute,
  rootEntityOf,
  type StatefulWorkflow,
} from '@stateful-workflow/core/internal';
import type { StatefulWorkflowFunction } from '@stateful-workflow/core/workflow';
import type { Part } from './fakes-of';

export type { ExecutedOnce };

/** What one `execute()` is given. */
export interface ExecuteOnceOptions<Data> extends Omit<ExecuteOnceInput, 'entityName' | 'before' | 'data'> {
  /** The name of the root entity. @default the class's, or else the workflow type without its `Workflow` ending */
  readonly entityName?: string;
  /** The root entity, with its relations, as it was at the last `execute()`. @default nothing was known of it */
  readonly before?: Part<Data>;
  /** The root entity, with its relations, as it is now. What differs from `before` is what changed. */
  readonly data: Part<Data>;
}

/**
 * Runs one `execute()` of a class without a server: for what it decides by its data. One that sleeps, calls activities or asks
 * Temporal for anything else needs {@link testWorkflow}.
 *
 * @throws what `execute()` throws; InvalidInputError for what is no workflow of `defineWorkflow`, and for data that does not fit
 *   the schema
 * @example
 * const { data, wrote } = await executeOnce(CustomerWorkflow, {
 *   id: 'c_42',
 *   before: { id: 'c_42', plan: 'free' },
 *   data: { id: 'c_42', plan: 'pro' },
 * });
 */
export async function executeOnce<Data, S extends Schema = Schema>(
  workflow: StatefulWorkflowFunction<Data, S>,
  { entityName = rootEntityOf(workflow), before, data, ...options }: ExecuteOnceOptions<Data>,
): Promise<ExecutedOnce<Data>> {
  const { [DECLARES]: make } = workflow as { readonly [DECLARES]?: () => StatefulWorkflow };
  if (make === undefined)
    throw new InvalidInputError(
      'workflow',
      'is none that defineWorkflow has made',
      'Pass what the module of the workflow exports: executeOnce(CustomerWorkflow, { … })',
    );
  return execute<Data>(make(), {
    ...options,
    entityName,
    data: data as Readonly<Record<string, unknown>>,
    ...(before && { before: before }),
  });
}
