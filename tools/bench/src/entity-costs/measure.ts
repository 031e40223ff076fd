import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { TemporalService } from '@stateful-workflow/dev-services';
import {
  type Actions,
  actionsBetween,
  actionsOf,
  shownActions,
  totalOf,
} from '@stateful-workflow/dev-services';
import { tickets, type Ticket, withOneChange } from '../measure/records';
import { workflowCode } from '../temporal/bundle';
import { cyclesDone, historySize } from '../temporal/history';
import { MemorySource } from '../temporal/memory-adapter';
import { until } from '../temporal/until';
import { WorkerEnvironment } from '../temporal/worker-environment';

/** What something costs each workflow that it happens to. */
export interface EntityCost {
  readonly what: string;
  readonly actions: number;
  readonly requests: number;
  /** Of history, written. */
  readonly bytes: number;
  /** The Actions of all of them, by type. */
  readonly detail: string;
}

const entities = 10;
const workflows = 20;
const children = 20;
const seconds = 20;
const patienceMs = 120_000;

/** Measures what the life of a workflow with one source of ten entities costs: its start, looks, changes, a new run. */
export async function measureEntityCosts(
  server: TemporalService,
  progress: (line: string) => void,
): Promise<EntityCost[]> {
  const source = new MemorySource(tickets(entities));
  const bench = await WorkerEnvironment.start({
    address: server.address,
    sources: { tickets: source },
    workflowBundle: { code: await workflowCode() },
  });
  const costs: EntityCost[] = [];
  /** Counts while something happens to some workflows, and divides. @param times how often it happens to each */
  const counted = async (
    what: string,
    handles: readonly WorkflowHandle[],
    happens: () => Promise<unknown>,
    { times = () => 1, of = handles.length }: { times?: (reads: number) => number; of?: number } = {},
  ): Promise<void> => {
    progress(what);
    const sizes = await sizesOf(handles);
    const [before, reads] = [await actionsOf(server), source.reads];
    await happens();
    const actions: Actions = actionsBetween(before, await actionsOf(server));
    const looks = source.reads - reads;
    const written = (await sizesOf(handles)).reduce((sum, size, i) => sum + grown(sizes[i], size), 0);
    const count = of * times(looks);
    costs.push({
      what,
      actions: totalOf(actions) / count,
      requests: looks / count,
      bytes: written / count,
      detail: `${shownActions(actions)} for ${count}`,
    });
  };
  const looked = async (times: number): Promise<void> => {
    const from = source.reads;
    await until(`${times} looks`, patienceMs, () => source.reads >= from + times, 50);
  };
  let changes = 0;
  const change = (): void => {
    source.records = withOneChange(source.records as Ticket[], changes++);
  };
  try {
    const patient: WorkflowHandle[] = [];
    await counted(
      'a start',
      patient,
      async () => {
        for (let i = 0; i < workflows; i++)
          patient.push(await bench.startStateful('PatientlyWatchingCustomerWorkflow'));
        await looked(workflows);
      },
      { of: workflows },
    );
    const refreshed = (): Promise<unknown> =>
      Promise.all(patient.map((handle) => handle.executeUpdate('refresh')));
    await counted('a refresh under `watch`', patient, refreshed);
    change();
    await counted('the same, that finds a change', patient, refreshed);
    await counted('a new run, asked for by a signal', patient, async () => {
      await Promise.all(patient.map((handle) => handle.signal('roll')));
      await sleep(5_000);
    });
    await counted('another new run', patient, async () => {
      await Promise.all(patient.map((handle) => handle.signal('roll')));
      await sleep(5_000);
    });
    await ended(patient);
    for (const [what, workflowType] of [
      ['a look under `watch`', 'WatchingCustomerWorkflow'],
      ['a look at an interval', 'PollingCustomerWorkflow'],
    ] as const) {
      const handles = await Promise.all(
        Array.from({ length: workflows }, () => bench.startStateful(workflowType)),
      );
      await looked(2 * workflows);
      await counted(what, handles, () => sleep(seconds * 1_000), { times: (looks) => looks / workflows });
      await counted(`${what}, and a change`, handles, async () => (change(), sleep(5_000)));
      await ended(handles);
    }
    const parent = await bench.startStateful('LoadingHierarchyWorkflow');
    await cyclesDone(parent, 1);
    await sleep(3_000);
    await counted(
      'a child, started by a parent that loads for it',
      [parent],
      async () => {
        source.records = tickets(children);
        await parent.executeUpdate('refresh');
        await sleep(5_000);
      },
      { of: children - entities },
    );
    const ids = tickets(children).map(({ id }) => `Ticket-${id}`);
    await counted(
      'a change that a parent has loaded, told to a child',
      ids.map((id) => bench.client.workflow.getHandle(id)),
      async () => {
        change();
        await parent.executeUpdate('refresh');
        await sleep(5_000);
      },
      { of: 1 },
    );
    await ended([parent]);
    return costs;
  } finally {
    await bench.stop();
  }
}

const ended = (handles: readonly WorkflowHandle[]): Promise<unknown> =>
  Promise.all(handles.map((handle) => handle.terminate()));

interface Size {
  readonly runId: string;
  readonly bytes: number;
}

const sizesOf = (handles: readonly WorkflowHandle[]): Promise<Size[]> =>
  Promise.all(handles.map(historySize));

/** What was written: of a new run all that it has. */
const grown = (before: Size | undefined, { runId, bytes }: Size): number =>
  before?.runId === runId ? bytes - before.bytes : bytes;
