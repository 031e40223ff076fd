import { defineWorkflow } from '@stateful-workflow/core/workflow';
import { Customer } from './customer';

/** A customer that continues as new every few cycles, where Temporal would suggest it after thousands. */
class CustomerInShortRuns extends Customer {
  override readonly maxHistoryEvents = 60;
}

export const CustomerInShortRunsWorkflow = defineWorkflow(CustomerInShortRuns);
