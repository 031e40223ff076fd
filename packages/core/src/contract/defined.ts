import { entityNameOf } from './names';

/** What is known of a workflow where it is defined, before any of it runs. */
export interface DefinedWorkflow {
  /** The workflow function, whose name is what clients and parents ask for. */
  readonly run: { readonly name: string };
  /** What is wrong with its class. */
  readonly mistake?: string;
  /** What it loads from, as far as that is known without a workflow. */
  readonly sources: readonly DefinedSource[];
}

/** A source of a class. */
export interface DefinedSource {
  readonly name: string;
  readonly adapter: string;
  readonly package: string;
  readonly taskQueue?: string;
}

/** Under this a workflow function gives what its class declares: a function that makes an instance, outside of a workflow. */
export const DECLARES = Symbol.for('@stateful-workflow/core:declares');

/**
 * Under this a workflow function gives what a run of it begins with, as its class is now: a function, outside of a workflow.
 * Who starts a run says so in the start argument, and a run of the same class and library has no need to record it.
 */
export const BEGINS = Symbol.for('@stateful-workflow/core:begins');

/** What a run of a workflow function begins with; nothing where its class can be made in a workflow only. */
export function beginningIn(workflow: object): unknown {
  const { [BEGINS]: begins } = workflow as { readonly [BEGINS]?: () => unknown };
  try {
    return begins?.();
  } catch {
    return undefined;
  }
}

/** The global function that hears of every workflow that is defined, where somebody looks through a bundle. */
export const HEARS_OF_WORKFLOWS = Symbol.for('@stateful-workflow/core:defined');

/** Under this a class and its workflow function say which entity is the root, where the class says it. */
export const ROOT_ENTITY = Symbol.for('@stateful-workflow/core:root-entity');

/** The root entity of a class or a workflow function, where the class says which. */
export const declaredRoot = (defined: object): string | undefined =>
  (defined as { readonly [ROOT_ENTITY]?: string })[ROOT_ENTITY];

/** The root entity of a workflow function, as its class or else its type says it. */
export const rootEntityOf = (workflow: DefinedWorkflow['run']): string =>
  declaredRoot(workflow) ?? entityNameOf(workflow.name);
