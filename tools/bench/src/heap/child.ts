import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { tickets } from '../measure/records';
import { MemorySource } from '../temporal/memory-adapter';
import { until } from '../temporal/until';
import { WorkerEnvironment } from '../temporal/worker-environment';
import type { HeapMessage, HeapTask, WorkflowsTask } from './child-protocol';
import { heap } from './heap';
import { measureChildren } from './children';

/** Workflows that are there before it counts: what the first ones bring in is no cost of the others. */
const first = 20;
const startedAtOnce = 20;
const samples = 3;
const patienceMs = 120_000;

function say(message: HeapMessage): void {
  process.send?.(message);
}

async function measure(task: WorkflowsTask): Promise<readonly number[]> {
  const source = new MemorySource(tickets(task.entities));
  const environment = await WorkerEnvironment.start({
    address: task.address,
    sources: { tickets: source },
    workflowBundle: { codePath: task.codePath },
    // In debug mode workflows run in this thread, whose heap is the one that can be measured.
    worker: { maxCachedWorkflows: task.workflows + first + 80, debugMode: true },
  });
  const start = (): Promise<WorkflowHandle> =>
    task.kind === 'stateful'
      ? environment.startStateful('CustomerWorkflow')
      : environment.startByHand('idleByHand');
  const grow = async (count: number): Promise<WorkflowHandle> => {
    let handle = await start();
    for (let i = 1; i < count; i += startedAtOnce)
      [handle = handle] = await Promise.all(
        Array.from({ length: Math.min(startedAtOnce, count - i) }, () => start()),
      );
    return handle;
  };

  await idle(environment, source, await grow(first).then(() => first));
  const before = await heap();
  say({ type: 'progress', line: `starting ${task.workflows} workflows (${task.kind})` });
  const last = await grow(task.workflows);
  await idle(environment, source, first + task.workflows);
  const held = await last.query<{ tickets?: readonly unknown[] }>('data');
  if (held.tickets?.length !== task.entities)
    throw new Error(`A workflow holds ${held.tickets?.length} entities instead of ${task.entities}.`);
  const taken: number[] = [];
  for (let sample = 0; sample < samples; sample++) taken.push(((await heap()) - before) / task.workflows);
  return taken;
}

/** Waits until that many workflows have loaded, are in the cache, and nothing is going on. */
async function idle(environment: WorkerEnvironment, source: MemorySource, workflows: number): Promise<void> {
  await until(
    `${workflows} idle workflows`,
    patienceMs,
    async () => {
      if (!quiet()) return false;
      await sleep(500);
      return quiet();
    },
    100,
  );
  function quiet(): boolean {
    const status = environment.worker.getStatus();
    if (status.numCachedWorkflows > workflows) throw new Error('There are more workflows than were started.');
    return (
      source.reads === workflows &&
      status.numCachedWorkflows === workflows &&
      status.numInFlightWorkflowActivations === 0 &&
      status.numInFlightActivities === 0
    );
  }
}

// The parent is gone, whatever ended it, or does not want this any more.
process.on('disconnect', () => process.exit(1));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const task = JSON.parse(process.argv[2] ?? '{}') as HeapTask;
const progress = (line: string): void => say({ type: 'progress', line });
(task.kind === 'children' ? measureChildren(task, progress) : measure(task)).then(
  (bytes) => say({ type: 'measured', bytes }),
  (error: unknown) =>
    say({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
);
