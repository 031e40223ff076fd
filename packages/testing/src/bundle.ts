import { createRegistry, statefulWorkflow } from '@stateful-workflow/core/worker';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker';

const bundles = new Map<string, Promise<WorkflowBundle>>();

/** The bundle of some workflows, made once for all tests of a process: it takes seconds. */
export function bundleOf(workflowsPath: string): Promise<WorkflowBundle> {
  let bundle = bundles.get(workflowsPath);
  if (bundle === undefined) {
    bundle = bundleWorkflowCode({
      workflowsPath,
      logger: new DefaultLogger('ERROR'),
      plugins: [statefulWorkflow({ registry: createRegistry([]) })],
    });
    bundles.set(workflowsPath, bundle);
  }
  return bundle;
}
