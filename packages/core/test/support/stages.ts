import { readFile } from 'node:fs/promises';
import { inject } from 'vitest';

/** The test workflows as they are once `upgrading.ts` was deployed as another stage. */
export async function bundleOf(stage: string): Promise<{ code: string }> {
  const code = await readFile(inject('workflowBundle'), 'utf8');
  return { code: code.replaceAll('STAGE:before', `STAGE:${stage}`) };
}
