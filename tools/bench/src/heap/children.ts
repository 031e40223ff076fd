import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentHistory } from '../hierarchy/parent-history';
import { tickets } from '../measure/records';
import { until } from '../temporal/until';
import { WorkerEnvironment } from '../temporal/worker-environment';
import { CHILDREN_QUEUE } from '../workflows/parents';
import type { ChildrenTask } from './child-protocol';
import { heap } from './heap';

const patienceMs = 180_000;
const samples = 3;
/** What the first parents bring in is no cost of the others. */
const warmUpCount = 50;

/** Bytes that each child takes of its parent, beyond what the parent takes that only holds the child's data. */
export async function measureChildren(
  { address, codePath, children }: ChildrenTask,
  progress: (line: string) => void,
): Promise<readonly number[]> {
  const options = { address, sources: {}, workflowBundle: { codePath } };
  // In debug mode workflows run in this thread, whose heap is the one that is measured; the children run in others.
  const parents = await WorkerEnvironment.start({ ...options, worker: { debugMode: true } });
  const others = await WorkerEnvironment.start({
    ...options,
    taskQueue: CHILDREN_QUEUE,
    worker: { maxCachedWorkflows: (samples + 1) * children + warmUpCount },
  });

  const grow = async (workflowType: 'HolderWorkflow' | 'ParentWorkflow', count: number): Promise<number> => {
    const id = randomUUID().slice(0, 8);
    const before = await heap();
    const parent = await parents.startStateful(workflowType, { id });
    await parent.signal('data', {
      tickets: tickets(count).map((ticket) => ({ ...ticket, id: `${id}-${ticket.id}` })),
    });
    const expected = workflowType === 'ParentWorkflow' ? count : 0;
    await until(
      `${workflowType} to have its tickets`,
      patienceMs,
      async () => {
        const history = await parentHistory(parents.client, parent.workflowId);
        return history.isSettled && history.started.length === expected && history.signalled.has('data');
      },
      250,
    );
    // What the last workflow task and the worker's own work leave behind goes.
    await sleep(1_000);
    return (await heap()) - before;
  };

  const taken: number[] = [];
  for (const workflowType of ['HolderWorkflow', 'ParentWorkflow'] as const)
    await grow(workflowType, warmUpCount);
  for (let sample = 0; sample < samples; sample++) {
    progress(`${children} children, ${sample + 1} of ${samples}`);
    const data = await grow('HolderWorkflow', children);
    taken.push(((await grow('ParentWorkflow', children)) - data) / children);
  }
  await others.stop();
  await parents.stop();
  return taken;
}
