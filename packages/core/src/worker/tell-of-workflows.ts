import type { Logger } from '@temporalio/worker';
import type { BundledWorkflows } from './bundled-workflows';
import type { Registry } from './registry';

/** What a worker has for the workflows that it runs. */
export interface Equipment {
  readonly registry: Pick<Registry, 'adapters' | 'get'>;
  /** The task queue that its activities come from. */
  readonly taskQueue: string;
}

/** Says in the worker's log which of its workflows cannot work, or not with it: each by name, with what to do. */
export function tellOfWorkflows(
  { defined, exported }: BundledWorkflows,
  { registry, taskQueue }: Equipment,
  log: Pick<Logger, 'warn' | 'error'>,
): void {
  const known = registry.adapters.map(({ name }) => name).join(', ') || 'none';
  for (const { run, mistake, sources } of defined) {
    if (mistake !== undefined)
      log.error(
        `${run.name} has a mistake, and each task of such a workflow fails until it is corrected: ${mistake}`,
      );
    for (const { name, adapter, package: from, taskQueue: elsewhere = taskQueue } of sources)
      if (elsewhere === taskQueue && !registry.get(adapter))
        log.warn(
          `${run.name} has a source "${name}" that names the adapter "${adapter}", which this worker does not have; registered: ${known}. Install ${from} and add its adapter to createRegistry([…]), or leave activities to other workers of task queue "${taskQueue}".`,
        );
    for (const [as, workflow] of Object.entries(exported))
      if (workflow === run && as !== run.name && as !== 'default')
        log.warn(
          `${run.name} is exported as ${as}: who starts it by the function asks for ${run.name}, which this worker has only under the other name. Export it as ${run.name}, or write defineWorkflow(…, { name: '${as}' }).`,
        );
  }
}
