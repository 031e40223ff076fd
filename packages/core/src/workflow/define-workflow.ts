import type { WorkflowDefinitionOptions } from '@temporalio/common';
import { ContinueAsNew, setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import { StatefulWorkflowError } from '../contract/errors';
import { entityNameOf } from '../contract/names';
import { checkStart } from '../contract/start';
import type { StartInput } from '../contract/wire';
import type { Carried } from './carry';
import { continuationOf } from './continuation';
import { runCycles } from './cycle-runner';
import { refuseUnknownSignals, registerHandlers } from './handlers';
import { refreshTimes } from './refresh';
import { refusedStart } from './refused-start';
import { Session, tokenCheck } from './session';
import { StatefulWorkflow } from './stateful-workflow';

/** How {@link defineWorkflow} names and sets up a workflow. */
export interface DefineWorkflowOptions extends WorkflowDefinitionOptions {
  /**
   * The workflow type. Export the workflow under the same name: that is how a worker finds it.
   * @default the class's name, with `Workflow` added unless it ends so
   */
  readonly name?: string;
}

/** A Temporal workflow function, with the type of its result. */
export type StatefulWorkflowFunction<Data> = (input: StartInput) => Promise<Data>;

/**
 * Turns a class into a Temporal workflow function.
 *
 * @example
 * export const CustomerWorkflow = defineWorkflow(Customer);
 */
export function defineWorkflow<Data>(
  workflowClass: new () => StatefulWorkflow<Data>,
  options: DefineWorkflowOptions = {},
): StatefulWorkflowFunction<Data> {
  const { name = workflowClass.name.replace(/(Workflow)?$/, 'Workflow'), ...definition } = options;
  const run = async (input: StartInput): Promise<Data> => {
    const workflow = new workflowClass();
    const session = begin(workflow, input);
    const times = checked(() => refreshTimes(workflow.refresh));
    const continuation = continuationOf(session, workflow);
    session.isFull = () => continuation.isOverdue();
    try {
      return (await runCycles(workflow, session, times, continuation)) as Data;
    } catch (error) {
      // Whether it fails the workflow or its task, the SDK decides; what the task did is forgotten then.
      session.hasFailed = !session.ending && !(error instanceof ContinueAsNew);
      throw error;
    }
  };
  // Clients and parents take the workflow type from the function's name.
  Object.defineProperty(run, 'name', { value: name });
  setWorkflowOptions(definition, run);
  return run;
}

/** Makes the session of a run and sets every handler, before anything is awaited: no signal finds none. */
function begin(workflow: StatefulWorkflow, given: unknown): Session {
  const info = workflowInfo();
  const session = checked(() => {
    // What a run hands to the next is taken from a run only, never from a client.
    const continued = info.continuedFromExecutionRunId;
    const { carried, ...start } = (continued ? given : {}) as { carried?: Carried };
    const { input, dropped } = checkStart(continued ? start : given, tokenCheck(workflow));
    const root = { id: input.id, name: input.entityName ?? entityNameOf(info.workflowType) };
    const made = new Session(root, workflow, input, carried);
    for (const error of dropped) made.refusals.add('start', error);
    return made;
  });
  StatefulWorkflow.attach(workflow, session);
  // Signals that came before are handled as their handlers are set: what they change concerns the children too.
  session.hierarchy.begin();
  registerHandlers(session);
  try {
    workflow.setup?.();
  } catch (error) {
    session.hasFailed = true;
    throw error;
  }
  refuseUnknownSignals(session);
  return session;
}

/** Runs a check of what the workflow was given or declares; what is wrong fails the workflow, with its reason. */
function checked<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof StatefulWorkflowError)) throw error;
    throw refusedStart(error);
  }
}
