import { object } from '../contract/check';
import { ROOT_ENTITY } from '../contract/defined';
import { InvalidInputError } from '../contract/errors';
import { checkEntityName } from '../contract/payloads';
import type { Schema } from '../contract/schema';
import { entries } from '../state/objects';
import { DECLARED, HOOKS } from './class-check';
import { StatefulWorkflow } from './stateful-workflow';
import type { ManagedPathsOf, SourcesOf, TypedWorkflow } from './typed-workflow';

/** What a class may say that has no types of its own in a definition. */
type Others = Exclude<
  (typeof DECLARED)[number] | (typeof HOOKS)[number],
  'schema' | 'sources' | 'managedPaths'
>;

/**
 * What {@link workflowClass} takes: all that a class could declare, and its hooks.
 *
 * @typeParam S as in `typeof schema`
 * @typeParam Root the name of the root entity
 */
export interface WorkflowDefinition<S extends Schema, Root extends keyof S & string> extends Partial<
  Pick<TypedWorkflow<S, Root>, Others>
> {
  /** The entities that it holds, as `defineSchema` gives them. */
  readonly schema: S;
  /** The name of the root entity. */
  readonly entityName: Root;
  /** Where its data comes from, by a name of your choice. @default none */
  readonly sources?: SourcesOf<S, Root>;
  /** Relations of the root entity whose items each get a child workflow; `true` for all of them. @default none */
  readonly managedPaths?: true | ManagedPathsOf<S, Root>;
}

/**
 * Makes a class of workflows with the types of a schema: `this.data`, what changed, and all that it takes. What is
 * given is what a class that extends {@link StatefulWorkflow} would declare itself. Extend it where there are fields and
 * methods of your own; else give it to `defineWorkflow` as it is.
 *
 * @throws InvalidInputError that names what is no part of a class, or no name of an entity
 * @example
 * export const CustomerWorkflow = defineWorkflow(
 *   workflowClass({
 *     schema,
 *     entityName: 'Customer',
 *     sources: { profile: rest({ path: '/customers/{id}' }) },
 *     refresh: { every: '1 minute' },
 *     async execute({ changes }) { … },
 *   }),
 * );
 * @example
 * class Customer extends workflowClass({ schema, entityName: 'Customer', sources: { … } }) {
 *   override async execute({ changes }: Cycle<typeof schema>) { … }
 * }
 */
export function workflowClass<S extends Schema, Root extends keyof S & string>(
  definition: WorkflowDefinition<S, Root> & ThisType<TypedWorkflow<S, Root>>,
): new () => TypedWorkflow<S, NoInfer<Root>> {
  const { entityName, ...members } = object<typeof definition>("{ schema, entityName: 'Customer' }")(
    definition,
    'workflowClass',
  );
  class Defined extends StatefulWorkflow {
    static readonly [ROOT_ENTITY] = checkEntityName(entityName, 'entityName');
  }
  // A workflow that is made of it as it is goes by the entity.
  Object.defineProperty(Defined, 'name', { value: entityName });
  const known: readonly string[] = [...DECLARED, ...HOOKS];
  for (const [member, value] of entries(members)) {
    if (!known.includes(member))
      throw new InvalidInputError(
        member.slice(0, 80),
        'is no part of a workflow class',
        `Use ${known.join(', ')}; what is your own goes into a class that extends this one`,
      );
    if (value !== undefined)
      Object.defineProperty(Defined.prototype, member, { value, writable: true, configurable: true });
  }
  return Defined as unknown as new () => TypedWorkflow<S, Root>;
}
