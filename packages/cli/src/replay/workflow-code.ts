import { open } from 'node:fs/promises';
import { UsageError } from '../errors';
import { plainText } from '../render/plain-text';
import { detailsOf } from '../temporal/fault';
import { resolved, type TemporalWorker } from './project-worker';

/** What every bundle of Temporal's begins with, after what a bundler may say of it. */
const BUNDLED = /\bvar __TEMPORAL__\b/;
const BEGINNING = 2_000;
/** As much of what a bundler says as a person reads. */
const LONGEST = 2_000;

/** Workflow code as a replay takes it. */
export type WorkflowCode = { readonly code: string } | { readonly codePath: string };

/**
 * The code of a file: one that exports workflows is bundled as a worker would; one that is a bundle is taken as it is.
 *
 * @param file an absolute path
 * @throws UsageError when there is no such file, or it cannot be bundled
 */
export async function workflowCode(file: string, worker: TemporalWorker): Promise<WorkflowCode> {
  if (await isBundle(file)) return { codePath: file };
  const said: string[] = [];
  const core = resolved(file, '@stateful-workflow/core/workflow');
  try {
    return await worker.bundleWorkflowCode({
      workflowsPath: file,
      // As the plugin does for a worker.
      ...(core !== undefined && { preloadModules: [core] }),
      logger: new worker.DefaultLogger('ERROR', ({ message }) => said.push(message)),
    });
  } catch (error) {
    const all = [detailsOf(error), ...said].join(' ');
    // What was bundled well stands before what was not.
    const why = plainText(all.slice(Math.max(0, all.indexOf('ERROR in ')))).slice(0, LONGEST);
    throw new UsageError(
      `The workflows in ${file} cannot be bundled: ${why}. Name the file that exports them, or a bundle that bundleWorkflowCode made.`,
      { cause: error },
    );
  }
}

async function isBundle(file: string): Promise<boolean> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(BEGINNING), 0, BEGINNING, 0);
      return BUNDLED.test(buffer.toString('utf8', 0, bytesRead));
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new UsageError(
      `The file ${file} cannot be read (${(error as NodeJS.ErrnoException).code}). Name the file that exports the workflows with --workflows.`,
      { cause: error },
    );
  }
}
