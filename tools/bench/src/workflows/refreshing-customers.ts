import { defineWorkflow } from '@stateful-workflow/core/workflow';
import { Customer } from './customer';

/** One that watches its source. */
class WatchingCustomer extends Customer {
  override readonly refresh = { every: '1 second', watch: true } as const;
}
export const WatchingCustomerWorkflow = defineWorkflow(WatchingCustomer);

/** One that loads at an interval. */
class PollingCustomer extends Customer {
  override readonly refresh = { every: '1 second', jitter: 0 } as const;
}
export const PollingCustomerWorkflow = defineWorkflow(PollingCustomer);

/** One that looks less and less often while nothing changes. */
class AdaptingCustomer extends Customer {
  override readonly refresh = { every: { min: '1 second', max: '8 seconds' }, jitter: 0 } as const;
}
export const AdaptingCustomerWorkflow = defineWorkflow(AdaptingCustomer);

/** One that watches its source, and hardly ever looks. */
class PatientlyWatchingCustomer extends Customer {
  override readonly refresh = { every: '1 hour', watch: true } as const;
}
export const PatientlyWatchingCustomerWorkflow = defineWorkflow(PatientlyWatchingCustomer);

/** One that loads for the workflows of its tickets. */
class LoadingHierarchy extends Customer {
  override readonly managedPaths = { tickets: { workflowType: 'TicketWorkflow', loads: 'parent' as const } };
}
export const LoadingHierarchyWorkflow = defineWorkflow(LoadingHierarchy);
