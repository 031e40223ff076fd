import { isDeepStrictEqual } from 'node:util';
import type { StatefulHandle } from '@stateful-workflow/core/client';
import type { Crm } from '@stateful-workflow/dev-services';
import type { CustomerData } from '../workflows';
import type { CustomerHandle } from './step';

/** Whether a workflow's data is what the CRM has, contacts included. Fields of our own are not looked at. */
export function equalsCrm(data: CustomerData | null, crm: Crm): boolean {
  if (data === null) return false;
  const there = { ...crm.customer(data.id), contacts: crm.contactsOf(data.id) };
  const here = Object.fromEntries(Object.keys(there).map((key) => [key, data[key as keyof CustomerData]]));
  return isDeepStrictEqual(here, there);
}

/** The id of the run that is on. It changes at a continue-as-new and at nothing else that the tour does. */
export async function runId(customer: CustomerHandle): Promise<string> {
  return (await customer.temporal.describe()).runId;
}

/** One attempt of a load that came to its end. */
export interface LoadAttempt {
  /** The id of the event that scheduled it. */
  readonly scheduled: number;
  /** From 1. */
  readonly attempt: number;
  /** The worker that ran it. */
  readonly identity: string;
  /** Why the attempt before it failed. */
  readonly lastFailure?: string;
}

/** The loads in the history of the current run, in order; Temporal writes the last attempt of each. */
export async function loadAttempts(customer: CustomerHandle): Promise<LoadAttempt[]> {
  const { events } = await customer.temporal.fetchHistory();
  return (events ?? []).flatMap((event) => {
    const started = event.activityTaskStartedEventAttributes;
    if (!started) return [];
    return {
      scheduled: Number(started.scheduledEventId),
      attempt: started.attempt ?? 1,
      identity: started.identity ?? '',
      ...(started.lastFailure?.message && { lastFailure: started.lastFailure.message }),
    };
  });
}

/** How far the history of the current run has come. */
export async function historyOf(customer: CustomerHandle): Promise<{ bytes: number; events: number }> {
  const { historySize = 0, historyLength } = await customer.temporal.describe();
  return { bytes: historySize, events: historyLength };
}

/** The events of the current run, in order: `ActivityTaskCompleted`. */
export async function eventNames({ temporal }: Pick<StatefulHandle<unknown>, 'temporal'>): Promise<string[]> {
  const { events } = await temporal.fetchHistory();
  return (events ?? []).map(({ attributes = '' }) => {
    const name = attributes.replace(/EventAttributes$/, '');
    return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  });
}
