import type { WorkflowDefinitionOptions } from '@temporalio/common';
import { inWorkflowContext, log, setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes';
import { has } from '../base/patches';
import { object, text } from '../contract/check';
import {
  BEGINS,
  declaredRoot,
  DECLARES,
  type DefinedWorkflow,
  HEARS_OF_WORKFLOWS,
  ROOT_ENTITY,
} from '../contract/defined';
import { InvalidInputError, StatefulWorkflowError } from '../contract/errors';
import { entityNameOf } from '../contract/names';
import type { Schema } from '../contract/schema';
import { checkStart } from '../contract/start';
import type { StartInput } from '../contract/wire';
import { entries, hasOwn, keys, values } from '../state/objects';
import { inOrderOfArrival } from './arrival-order';
import { type Handover, handedOver } from './carry';
import { asyncSetup, checkStatics, type Declaration } from './class-check';
import { Continuation } from './continuation';
import { CycleRunner } from './cycle-runner';
import { checkDeclaration, checkRoot, isRoot, tokenCheck } from './declaration';
import { beginningBy, declarationOf, type RunDeclaration } from './declared';
import { Guard } from './guard';
import { HANDLER_NAMES, refuseUnknownSignals, registerHandlers } from './handlers';
import { keepHandlers, keepingHandlers } from './own-handlers';
import { refusedStart } from './refused-start';
import { seedNow, watchForReset } from './reset';
import { Session } from './session';
import { StatefulWorkflow } from './stateful-workflow';

/** How {@link defineWorkflow} names and sets up a workflow. */
export interface DefineWorkflowOptions extends WorkflowDefinitionOptions {
  /**
   * The workflow type. Export the workflow under the same name: that is how a worker finds it.
   * @default the class's name, with `Workflow` added unless it ends so
   */
  readonly name?: string;
}

/**
 * A Temporal workflow function, with the type of its result.
 *
 * @typeParam S the schema, where its class is one of `workflowClass`: the typed client takes it from here
 * @typeParam Sources what the class declares as `sources`: tests that stand in for them take it from here
 */
export interface StatefulWorkflowFunction<Data, S extends Schema = Schema, Sources = unknown> {
  (input: StartInput): Promise<Data>;
  /** There is no such value. */
  readonly '~schema'?: S;
  /** There is no such value. */
  readonly '~sources'?: Sources;
}

/**
 * Turns a class into a Temporal workflow function.
 *
 * What the class declares is checked here, where the function is made outside of a workflow: by tests, by clients that
 * import it, and as a worker starts. In a workflow a mistake in the class fails the workflow task, which Temporal tries
 * again until corrected code is deployed; it never ends the workflow. Only a start argument that cannot be used does.
 *
 * @throws InvalidInputError that names what is wrong with the class or its name, and says what to write instead
 * @example
 * export const CustomerWorkflow = defineWorkflow(Customer);
 */
export function defineWorkflow<Data, S extends Schema = Schema, Sources = unknown>(
  workflowClass: new () => StatefulWorkflow<Data, S> & { readonly sources?: Sources },
  options: DefineWorkflowOptions = {},
): StatefulWorkflowFunction<Data, S, Sources> {
  checkClass(workflowClass);
  checkOptions(options, 'options');
  const isUnnamed = workflowClass.name === '' && options.name === undefined;
  if (isUnnamed && !inWorkflowContext()) throw unnamed();
  const { name = workflowClass.name.replace(/(Workflow)?$/, 'Workflow'), ...definition } = options;
  checkName(name, 'name');
  const root = declaredRoot(workflowClass);
  const seed = seedNow();
  const make = (): StatefulWorkflow => new workflowClass() as unknown as StatefulWorkflow;
  const run = (input: StartInput): Promise<Data> => {
    try {
      const workflow = make();
      checkDeclaration(workflow);
      // What a run hands to the next is taken from a run only, never from a client.
      const handed = handedOver(input);
      const declaration = declarationOf(workflow, inherited, handed);
      const session = begin(workflow, declaration, handed, root);
      session.checkReset = watchForReset(seed, () => session.wasReset());
      tellOfName(name);
      const continuation = (session.continuation = new Continuation(session, workflow));
      return new CycleRunner(workflow, session, continuation).run() as Promise<Data>;
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  };
  // Clients and parents take the workflow type from the function's name.
  Object.defineProperty(run, 'name', { value: name });
  Object.defineProperty(run, DECLARES, { value: make });
  Object.defineProperty(run, BEGINS, { value: () => beginningBy(make(), inherited) });
  if (root !== undefined) Object.defineProperty(run, ROOT_ENTITY, { value: root });
  setWorkflowOptions(definition, run);
  // Not in a workflow: its class fields might act, in the name of another workflow or before their time.
  if (!inWorkflowContext())
    checked(run, () => {
      checkStatics(workflowClass);
      return checkInstance(make, root ?? entityNameOf(name), root);
    });
  return run;
}

/** What a class has that declares nothing itself. */
const inherited = (StatefulWorkflow.prototype as Declaration).loadData;

/** Checks a class where it is defined. Who looks through a bundle hears of it; for all others a mistake is an error. */
function checked(run: DefinedWorkflow['run'], check: () => StatefulWorkflow | undefined): void {
  const { [HEARS_OF_WORKFLOWS]: hears } = globalThis as {
    readonly [HEARS_OF_WORKFLOWS]?: (workflow: DefinedWorkflow) => void;
  };
  if (!hears) return void check();
  try {
    const { sources = {} } = check() ?? {};
    const defined = entries(sources).map(([name, source]) => ({ ...source, name }));
    hears({ run, sources: defined });
  } catch (error) {
    hears({ run, sources: [], mistake: (error as Error).message });
  }
}

const leavesAbsent = (): boolean => has('absentLists');

/** Makes the session of a run and sets every handler, before anything is awaited: no signal finds none. */
function begin(
  workflow: StatefulWorkflow,
  declaration: RunDeclaration,
  { carried, start }: Handover,
  declared?: string,
): Session {
  const { input, dropped } = startArgument(() => checkStart(start, tokenCheck(declaration)));
  const defaultName = declared ?? entityNameOf(workflowInfo().workflowType);
  const root = { id: input.id, name: input.entityName ?? defaultName };
  if (declared !== undefined && root.name !== declared) throw refusedStart(otherRoot(root.name, declared));
  // Where the class is right for the entity that its type is named after, who asks for another one is mistaken.
  const isChosen = !carried && root.name !== defaultName && isRoot(declaration, defaultName);
  if (isChosen) startArgument(() => checkRoot(declaration, root.name));
  else checkRoot(declaration, root.name);
  const session = startArgument(() => new Session(root, declaration, input, carried));
  session.state.leavesAbsent = leavesAbsent;
  for (const error of dropped) session.refusals.add('start', error);
  StatefulWorkflow.attach(workflow, session);
  session.guard = new Guard(workflow, session.readOnly);
  getActivator().interceptors.inbound.push(session.traffic);
  // Signals that came before are handled as soon as all handlers are set: what they change concerns the children too.
  session.begin();
  try {
    inOrderOfArrival(() => {
      // Those that the class set as it was constructed, and those of setup(), may replace none of the contract's.
      keepingHandlers(() => registerHandlers(session));
      keepingHandlers(() => setUp(workflow));
      refuseUnknownSignals(session);
      session.checkHandlers = keepHandlers(HANDLER_NAMES);
    });
  } catch (error) {
    session.hasFailed = true;
    throw error;
  }
  return session;
}

/** Has the class set its handlers. */
function setUp(workflow: StatefulWorkflow): void {
  const waits: unknown = workflow.setup?.();
  // One that a run has taken before is taken again on replay.
  if (waits instanceof Promise && !workflowInfo().unsafe.isReplaying) throw asyncSetup();
}

/** Says that a workflow goes by another name than its function, which is what clients and parents start it by. */
function tellOfName(name: string): void {
  const { workflowType } = workflowInfo();
  if (workflowType === name) return;
  log.warn(
    `The workflow is exported as ${workflowType}, and its function is named ${name}: who starts it by the function asks for ${name}, which a worker finds only if it is exported under that name. Export it as ${name}, or write defineWorkflow(…, { name: '${workflowType}' }).`,
  );
}

/** Takes something from what a workflow is started with; what is wrong with it fails the workflow, with its reason. */
function startArgument<T>(take: () => T): T {
  try {
    return take();
  } catch (error) {
    if (!(error instanceof StatefulWorkflowError)) throw error;
    throw refusedStart(error);
  }
}

const otherRoot = (name: string, declared: string): InvalidInputError =>
  new InvalidInputError(
    'entityName',
    `is "${name}", and the class of this workflow says that its root entity is "${declared}"`,
    'Leave it out, or start a workflow of that entity',
  );

const checkName = text('the name of a workflow type', 'CustomerWorkflow', (name) => name.trim() !== '');

const checkOptions = object("{ name: 'CustomerWorkflow' }");

const unnamed = (): InvalidInputError =>
  new InvalidInputError(
    'defineWorkflow',
    'was given a class without a name, and no other name for the workflow',
    "Write defineWorkflow(class extends StatefulWorkflow { … }, { name: 'CustomerWorkflow' }), or name the class",
  );

/** @throws InvalidInputError for what is no class of this kind, which only JavaScript lets through */
function checkClass(workflowClass: unknown): void {
  const isClass = typeof workflowClass === 'function' && workflowClass.prototype instanceof StatefulWorkflow;
  if (!isClass)
    throw new InvalidInputError(
      'defineWorkflow',
      'was given something that is not a class which extends StatefulWorkflow',
      'Write class Customer extends StatefulWorkflow { … } and defineWorkflow(Customer)',
    );
}

/** Whether an error is Temporal's own, about something that is there only in a workflow. */
function needsWorkflow(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const thrower = /^ *at .*$/m.exec(error.stack ?? '')?.[0] ?? '';
  return error.name === 'IllegalStateError' || /@temporalio[\\/]workflow/.test(thrower);
}

/** Checks what a class declares. One that can only be constructed in a workflow is checked there. */
function checkInstance(
  make: () => StatefulWorkflow,
  defaultRoot: string,
  declared?: string,
): StatefulWorkflow | undefined {
  let instance: StatefulWorkflow;
  try {
    instance = make();
  } catch (error) {
    if (error instanceof StatefulWorkflowError) throw error;
    if (needsWorkflow(error)) return undefined;
    throw new InvalidInputError(
      'constructor',
      `of the class, or one of its fields, threw ${String(error)}`,
      'Correct it, or do what needs a workflow that runs in setup()',
    );
  }
  // What a field waits for, in a workflow, fails here; nobody is to hear of it.
  for (const value of values(instance)) if (value instanceof Promise) value.catch(() => {});
  checkDeclaration(instance);
  const { schema = { [defaultRoot]: {} } } = instance;
  const names = keys(schema);
  // The root may be another entity, which whoever starts the workflow names.
  if (declared !== undefined || hasOwn(schema, defaultRoot)) checkRoot(instance, defaultRoot);
  else if (!names.some((name) => isRoot(instance, name))) checkRoot(instance, names[0] ?? defaultRoot);
  return instance;
}
