import {
  ApplicationFailure,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import type { RefreshResult, SourceInfo, TokenInfo, WorkflowStatus } from '@stateful-workflow/core';
import type { ChildInfo } from '../../src/tree/wire';

/** What an {@link EntityWorkflow} answers. */
export interface EntityInput {
  readonly status?: WorkflowStatus;
  readonly sources?: Readonly<Record<string, SourceInfo>>;
  readonly token?: TokenInfo;
  readonly children?: readonly ChildInfo[];
  readonly state?: object;
  /** Of each entity, by its id. */
  readonly provenance?: Readonly<Record<string, readonly object[]>>;
  /** What `refresh` and `rotateToken` come to. */
  readonly loads?: RefreshResult;
}

const unchanged: RefreshResult = { outcome: 'unchanged', changed: 0, checkedAt: '2026-01-01T00:00:00.000Z' };

/** Answers as a Stateful Workflow does, by the wire contract, and does nothing. */
export async function EntityWorkflow({
  token,
  loads = unchanged,
  ...input
}: EntityInput = {}): Promise<void> {
  let { status = 'running' } = input;
  setHandler(defineQuery('status'), () => status);
  setHandler(defineQuery('sources'), () => input.sources ?? {});
  setHandler(defineQuery('children'), () => input.children ?? []);
  setHandler(defineQuery('state'), () => input.state ?? {});
  setHandler(
    defineQuery<readonly object[], [string, string]>('provenanceOf'),
    (_entityName: string, id: string) => input.provenance?.[id] ?? [],
  );
  setHandler(defineQuery('apiToken'), () => token ?? null);
  setHandler(defineUpdate('refresh'), () => loads);
  setHandler(defineUpdate<RefreshResult, [string]>('rotateToken'), (reference) => {
    token = { reference };
    return loads;
  });
  setHandler(defineSignal('pause'), () => void (status = 'paused'));
  setHandler(defineSignal('resume'), () => void (status = 'running'));
  await condition(() => false);
}

/** Ends at once. */
export async function CompletedWorkflow(): Promise<void> {}

/** Fails at once. */
export async function FailedWorkflow(): Promise<void> {
  throw ApplicationFailure.nonRetryable('the entity went to https://user:hunter2@crm.example.com/c_1');
}

/** Has an update that never ends. */
export async function StuckWorkflow(): Promise<void> {
  setHandler(defineQuery('status'), () => 'running');
  setHandler(defineQuery('sources'), () => ({}));
  setHandler(defineUpdate('refresh'), () => condition(() => false));
  await condition(() => false);
}

/** No Stateful Workflow. */
export async function PlainWorkflow(): Promise<void> {
  await condition(() => false);
}

export { CommentWorkflow, DeskWorkflow, ListedDeskWorkflow, TicketWorkflow } from './desk';
export { CountedFeed, FedCustomerWorkflow } from './fed';
export { PatientWorkflow, PollingWorkflow, WatchingWorkflow } from './watched';
