import { ApplicationFailure } from '@temporalio/workflow';
import { type DeletePayload, defineWorkflow, type UpdatePayload } from '../../src/workflow';
import { Customer } from './customer';

/** What JavaScript lets a class throw, by the plan that it refuses so. */
const THROWN: Readonly<Record<string, unknown>> = {
  text: 'said as a text',
  object: { message: 'said as an object' },
  nothing: undefined,
  bare: Object.create(null) as object,
  silent: new Error(),
};

/** Takes no change of a customer that is closed, and keeps the contact `k_1`. */
class Guarded extends Customer {
  override beforeUpdate({ data, entityName }: UpdatePayload): void {
    const given = (data ?? {}) as { readonly plan?: string };
    if (given.plan === 'typed') throw ApplicationFailure.nonRetryable('no such plan', 'NO_PLAN');
    if (Object.hasOwn(THROWN, given.plan ?? '')) throw THROWN[given.plan ?? ''] as Error;
    if (given.plan === 'scribble') (given as { plan: string }).plan = 'pro';
    if (given.plan === 'meddle') this.update({ entityName, data: { plan: 'meddled' } });
    if (given.plan === 'ask') this.requestCycle();
    if (this.data?.plan === 'closed') throw new Error('the customer is closed');
  }

  override beforeDelete({ deletions }: DeletePayload): void {
    if (deletions?.['Contact']?.includes('k_1')) throw new Error('k_1 stays');
  }
}
export const GuardedWorkflow = defineWorkflow(Guarded);

/** A guard that waits without saying so: nobody can tell before it is asked. */
class Dreaming extends Customer {
  override readonly beforeUpdate = (() =>
    Promise.reject(new Error('too late'))) as unknown as Customer['beforeUpdate'];
}
export const DreamingWorkflow = defineWorkflow(Dreaming);
