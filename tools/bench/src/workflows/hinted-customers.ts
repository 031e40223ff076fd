import { defineSource, defineWorkflow, type RefreshPolicy } from '@stateful-workflow/core/workflow';
import type { MemoryQuery } from '../temporal/memory-adapter';
import { Customer } from './customer';

/** One that waits until its source says that a look is worth it, or a minute. */
class HintedCustomer extends Customer {
  override readonly sources = {
    tickets: defineSource<MemoryQuery>(
      { adapter: 'hinting', package: '@stateful-workflow/bench' },
      { key: 'tickets' },
    ),
  };
  override readonly refresh: RefreshPolicy = { every: '1 minute', watch: true };
}
export const HintedCustomerWorkflow = defineWorkflow(HintedCustomer);

/** The same, with an interval that is longer than a benchmark. */
class PatientlyHintedCustomer extends HintedCustomer {
  override readonly refresh: RefreshPolicy = { every: '1 hour', watch: true };
}
export const PatientlyHintedCustomerWorkflow = defineWorkflow(PatientlyHintedCustomer);
