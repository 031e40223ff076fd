import { defineSource, defineWorkflow, StatefulWorkflow } from '@stateful-workflow/core/workflow';

/** One entity of one source. */
class Customer extends StatefulWorkflow {
  override readonly sources = {
    profile: defineSource({ adapter: 'counted', package: '@stateful-workflow/counted' }, {}),
  };
}

/** Hardly ever looks. */
class Patient extends Customer {
  override readonly refresh = { every: '1 hour', watch: true } as const;
}
export const PatientWorkflow = defineWorkflow(Patient);

/** Watches. */
class Watching extends Customer {
  override readonly refresh = { every: '1 second', watch: true, jitter: 0 } as const;
}
export const WatchingWorkflow = defineWorkflow(Watching);

/** Loads at an interval. */
class Polling extends Customer {
  override readonly refresh = { every: '1 second', jitter: 0 } as const;
}
export const PollingWorkflow = defineWorkflow(Polling);
