import { defineWorkflow, type RefreshPolicy } from '@stateful-workflow/core/workflow';
import { Customer } from './customer';

/** A customer that loads when it is told to, and at no interval. */
class CustomerOnRequest extends Customer {
  override readonly refresh: RefreshPolicy = {};
}

export const CustomerOnRequestWorkflow = defineWorkflow(CustomerOnRequest);
