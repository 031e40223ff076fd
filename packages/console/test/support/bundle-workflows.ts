import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { TestProject } from 'vitest/node';
import type {} from './provided.mjs';

/** Vitest's `globalSetup`: bundles the test workflows once for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'stateful-workflow-console-'));
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(__dirname, '../workflows/index.ts'),
    // As the plugin does.
    preloadModules: ['@stateful-workflow/core/workflow'],
    logger: new DefaultLogger('ERROR'),
  });
  const file = join(folder, 'workflows.js');
  await writeFile(file, code);
  project.provide('workflowBundle', file);
  return () => rm(folder, { recursive: true, force: true });
}
