import { defineWorkflow } from '../../../src/workflow';
import { Customer } from '../customer';

/** What runs, before and after somebody deploys `wrong.ts`, which has a class of the same type for each of these. */
class Deployed extends Customer {
  override readonly maxHistoryEvents = 30;
}
const named = (name: string) => defineWorkflow(Deployed, { name });

export const EveryWorkflow = named('EveryWorkflow');
export const IntoWorkflow = named('IntoWorkflow');
export const PathsWorkflow = named('PathsWorkflow');
export const CustomerWorkflow = named('CustomerWorkflow');
