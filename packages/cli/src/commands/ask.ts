import { StatefulHandle } from '@stateful-workflow/core/client';
import { toJson } from '../render/plain-text';
import type { CommandContext } from './context';

const questions = {
  data: (handle: StatefulHandle) => handle.data(),
  state: (handle: StatefulHandle) => handle.state(),
  rejected: (handle: StatefulHandle) => handle.rejectedSignals(),
} as const;

/** What a workflow can be asked for, whose answer is printed as it is. */
export type Question = keyof typeof questions;

/** `data`, `state`, `rejected`: prints what a workflow answers, which is JSON for a person as well. */
export async function ask(context: CommandContext, workflowId: string, what: Question): Promise<void> {
  const { session, io } = context;
  const handle = new StatefulHandle(session.client, workflowId);
  const deadline = Date.now() + context.timeout(10_000);
  const answer: unknown = await session.client.withDeadline(deadline, () => questions[what](handle));
  io.stdout.write(toJson(answer));
}
