import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/**
 * Bundles workflow code, as a worker does.
 *
 * @param workflowsPath a compiled file that exports workflows
 */
export async function bundle(workflowsPath: string): Promise<string> {
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  return code;
}

let workflows: Promise<string> | undefined;

/** The workflows of the benchmarks, bundled once per process. */
export function workflowCode(): Promise<string> {
  return (workflows ??= bundle(require.resolve('../workflows')));
}
