import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/**
 * Bundles the demo's workflows into a file, so that each worker process starts within a second. A worker that
 * is started once may as well be given `workflowsPath` and bundle them itself.
 *
 * @param directory where the file is written
 * @returns the file
 */
export async function bundleWorkflows(directory: string): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(__dirname, '../workflows/index.js'),
    // What the plugin adds where the worker bundles: all workflows share this code.
    preloadModules: ['@stateful-workflow/core/workflow'],
    logger: new DefaultLogger('ERROR'),
  });
  const file = join(directory, 'workflows.js');
  await writeFile(file, code);
  return file;
}
