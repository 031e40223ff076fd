import { defineWorkflow, type RefreshPolicy } from '@stateful-workflow/core/workflow';
import { Customer } from './customer';

/** A customer whose sources the server looks at every second; the workflow hears of news only. */
class WatchedCustomer extends Customer {
  override readonly refresh: RefreshPolicy = { every: '1 second', watch: true };
}

export const WatchedCustomerWorkflow = defineWorkflow(WatchedCustomer);
