import type { ChildEnd } from '../contract/hierarchy';
import type { ChangeSet, CredentialReference, DeletePayload, UpdatePayload } from '../contract/wire';
import { beforeIn } from '../state/before';
import { ChangeLog } from '../state/change-log';
import { EntityState } from '../state/entity-state';
import { ReadOnly } from '../state/read-only';
import { checkDeclaration, checkRoot, schemaOf } from './declaration';
import type { TriggerName } from './inbox';
import { PendingChanges } from './pending-changes';
import type { Session } from './session';
import { StatefulWorkflow } from './stateful-workflow';

/** What one `execute()` is given, where there is no workflow around it. */
export interface ExecuteOnceInput {
  /** The id of the root entity. */
  readonly id: string;
  readonly entityName: string;
  /** The root entity as it was at the last `execute()`. @default nothing was known of it */
  readonly before?: Readonly<Record<string, unknown>>;
  /** The root entity as it is. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly triggers?: readonly TriggerName[];
  readonly endedChildren?: readonly ChildEnd[];
  readonly apiUrl?: string;
  readonly apiToken?: CredentialReference;
}

/** What one `execute()` did. */
export interface ExecutedOnce<Data> {
  /** The root entity, with what was written. */
  readonly data: Data;
  /** What was written, by `update` and `delete`. */
  readonly wrote: ChangeSet;
  /** Whether `complete` was called. */
  readonly isCompleted: boolean;
  /** Whether another cycle was asked for, and whether with a load. */
  readonly requestedCycle: 'none' | 'cycle' | 'load';
  /** The items whose children were to be started. */
  readonly startedChildren: readonly { readonly path: string; readonly id: string }[];
}

/** Runs one `execute()` of a class, without Temporal. For `@stateful-workflow/testing`. */
export async function executeOnce<Data>(
  workflow: StatefulWorkflow,
  { id, entityName, before, data, triggers = ['start'], endedChildren = [], ...given }: ExecuteOnceInput,
): Promise<ExecutedOnce<Data>> {
  checkDeclaration(workflow);
  checkRoot(workflow, entityName);
  const root = { name: entityName, id };
  const state = new EntityState(root, schemaOf(workflow, entityName));
  const pending = PendingChanges.from({}, state.store);
  const took = (changes: ChangeSet): void => pending.add(changes, state.takeTrace());
  if (before) {
    took(state.seed({ data: before }));
    await pending.tell(undefined);
    pending.take();
  }
  const { changes: set, dropped } = state.setRoot(data);
  took(set);
  took(state.remove(dropped));
  await pending.tell(undefined);
  const { changes, earlier } = pending.take();

  const written = new ChangeLog();
  const startedChildren: { path: string; id: string }[] = [];
  let isCompleted = false;
  let requestedCycle: ExecutedOnce<Data>['requestedCycle'] = 'none';
  const readOnly = new ReadOnly();
  const session = {
    root,
    state,
    readOnly,
    ...given,
    status: 'running',
    hierarchy: {
      exchange: {
        update: (payload: UpdatePayload) => state.update(payload),
        delete: (payload: DeletePayload) => state.delete(payload),
      },
      children: {
        infos: [],
        start: (path: string, item: string) => startedChildren.push({ path, id: item }),
      },
    },
    wrote: (made: ChangeSet) => written.add(made, state.takeTrace().created),
    inbox: { add: () => (requestedCycle = 'cycle') },
    refresh: () => (requestedCycle = 'load'),
    end: () => (isCompleted = true),
  };
  // All that the base class asks of a session while execute() runs.
  StatefulWorkflow.attach(workflow, session as unknown as Session);
  const was = beforeIn(changes, earlier);
  await workflow.execute({
    triggers: new Set(triggers),
    changes: readOnly.of(changes),
    before: (name, of) => readOnly.of(was(name, of)),
    endedChildren,
  });
  return { data: state.data as Data, wrote: written.take(), isCompleted, requestedCycle, startedChildren };
}
