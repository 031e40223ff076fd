import { readFile } from 'node:fs/promises';
import { inject } from 'vitest';

/** The test workflows as they are once somebody has corrected `hierarchy-mistakes.ts`. */
export async function correctedBundle(): Promise<{ code: string }> {
  const code = await readFile(inject('workflowBundle'), 'utf8');
  return { code: code.replaceAll('STILL_MISTAKEN', 'NOT_MISTAKEN') };
}
