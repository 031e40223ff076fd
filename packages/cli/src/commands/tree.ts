import { progressOn } from '../render/progress';
import { workflowMissing } from '../explain';
import { readTree } from '../tree/read-tree';
import { renderTree } from '../tree/render-tree';
import { summarize } from '../tree/summarize';
import type { CommandContext } from './context';

/** `tree`: prints a workflow and its children, recursively. */
export async function tree(
  context: CommandContext,
  workflowId: string,
  { depth }: { readonly depth?: number },
): Promise<void> {
  const { session, io, terminal } = context;
  const progress = progressOn(io);
  try {
    const root = await readTree(session.client, workflowId, {
      ...(depth !== undefined && { depth }),
      timeout: context.timeout(10_000),
      onProgress: (read, known) => progress.report(`Read ${read} of ${known} workflows`),
    });
    progress.clear();
    if (root === undefined) throw workflowMissing(workflowId, session);
    context.print(root, () => `${renderTree(root, terminal, io.now())}\n${summarize(root)}\n`);
  } finally {
    progress.clear();
  }
}
