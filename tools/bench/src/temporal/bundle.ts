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

const bundled = new Map<string, Promise<string>>();

/**
 * Workflows of the benchmarks, bundled once per process as by the plugin.
 *
 * @param workflowsPath a compiled file that exports some of them
 * @default all of them
 */
export function workflowCode(workflowsPath = require.resolve('../workflows')): Promise<string> {
  const preloadModules = ['@stateful-workflow/core/workflow'];
  const known = bundled.get(workflowsPath) ?? bundle(workflowsPath, { preloadModules });
  bundled.set(workflowsPath, known);
  return known;
}
