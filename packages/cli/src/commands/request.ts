import { StatefulHandle } from '@stateful-workflow/core/client';
import { plainText } from '../render/plain-text';
import type { CommandContext } from './context';
import { requireRunning } from './require-running';

/** What a workflow can be asked for without an answer; it asks its children. */
export type Request = 'pause' | 'resume' | 'cancel';

/** `pause`, `resume`, `cancel`: asks a workflow, and says that it was asked. */
export async function request(context: CommandContext, workflowId: string, what: Request): Promise<void> {
  const { client } = context.session;
  await client.withDeadline(Date.now() + context.timeout(10_000), async () => {
    await requireRunning(context, workflowId, what);
    await new StatefulHandle(client, workflowId)[what]();
  });
  context.print(
    { workflowId, requested: what },
    () => `${plainText(workflowId)}: asked to ${what}, and so are its children\n`,
  );
}
