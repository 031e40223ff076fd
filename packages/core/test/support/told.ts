import type { Client } from '@temporalio/client';
import type { Envelope } from '../../src/contract/hierarchy';
import type { UpdatePayload } from '../../src/index';
import { eventsOf } from './history';

/** What one workflow told another of its changes, in all runs of the other: a line for each field, in order. */
export async function toldBy(client: Client, from: string, workflowId: string): Promise<string[]> {
  const events = await eventsOf(client, workflowId);
  return events.flatMap((event) => {
    const signal = event.workflowExecutionSignaledEventAttributes;
    if (signal?.signalName !== 'update') return [];
    const [payload, envelope] = (signal.input?.payloads ?? []).map(
      ({ data }) => JSON.parse(Buffer.from(data ?? []).toString()) as unknown,
    );
    return (envelope as Envelope | undefined)?.from === from ? linesOf(payload as UpdatePayload) : [];
  });
}

function linesOf({ updates = {}, unset = {} }: UpdatePayload): string[] {
  const lines: string[] = [];
  for (const [name, entities] of Object.entries(updates))
    for (const [id, fields] of Object.entries(entities))
      for (const [field, value] of Object.entries(fields))
        lines.push(`${name} ${id} ${field} ${JSON.stringify(value)}`);
  for (const [name, entities] of Object.entries(unset))
    for (const [id, fields] of Object.entries(entities))
      for (const field of fields) lines.push(`${name} ${id} ${field} -`);
  return lines;
}

/** The run that a chain of runs began with: the same for as long as a workflow only continues as new. */
export async function firstRunOf(client: Client, workflowId: string): Promise<string> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  return raw.workflowExecutionInfo?.firstRunId ?? '';
}
