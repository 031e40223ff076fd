import { type BundleOptions, bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/**
 * Bundles workflow code, as a worker does.
 *
 * @param workflowsPath a compiled file that exports workflows
 * @param more what a plugin of the worker adds
 */
export async function bundle(workflowsPath: string, more: Partial<BundleOptions> = {}): Promise<string> {
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR'), ...more });
  return code;
}

let workflows: Promise<string> | undefined;

/** The workflows of the benchmarks, bundled once per process as by the plugin. */
export function workflowCode(): Promise<string> {
  const preloadModules = ['@stateful-workflow/core/workflow'];
  return (workflows ??= bundle(require.resolve('../workflows'), { preloadModules }));
}
