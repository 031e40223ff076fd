import type { Client } from '@temporalio/client';
import type { Envelope } from '../../src/contract/hierarchy';
import { eventsOf } from './history';

/** A signal as it stands in a history. */
export interface SeenSignal {
  readonly name: string;
  readonly payload: unknown;
  /** There if a workflow of a hierarchy sent it. */
  readonly envelope?: Envelope;
}

/** Every signal that a workflow was sent, in all of its runs. */
export async function signalsOf(client: Client, workflowId: string): Promise<SeenSignal[]> {
  const events = await eventsOf(client, workflowId);
  return events.flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => {
    if (signal == null) return [];
    const [payload, envelope] = (signal.input?.payloads ?? []).map((part) => read(part.data));
    return [
      { name: signal.signalName ?? '', payload, ...(envelope != null && { envelope: envelope as Envelope }) },
    ];
  });
}

/** Those that one workflow sent to another, without what says how a child is and who its parent is. */
export async function signalsBetween(client: Client, from: string, to: string): Promise<SeenSignal[]> {
  const signals = await signalsOf(client, to);
  return signals.filter(
    ({ name, envelope }) => envelope?.from === from && name !== 'child' && name !== 'parent',
  );
}

function read(data: Uint8Array | null | undefined): unknown {
  const text = Buffer.from(data ?? []).toString();
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
