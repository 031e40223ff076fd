import { defineWorkflow } from '../../src/workflow';
import { Customer } from './customer';

/** Loads by itself. */
class Polling extends Customer {
  override readonly refresh = { every: '1 second' } as const;
}
export const PollingWorkflow = defineWorkflow(Polling);

/** Does not load what is younger than an hour. */
class Stale extends Customer {
  override readonly refresh = { staleAfter: '1 hour' } as const;
}
export const StaleWorkflow = defineWorkflow(Stale);

/** Watches its sources; the server repeats the look. */
class Watching extends Customer {
  override readonly refresh = { every: '1 second', watch: true, jitter: 0 } as const;
}
export const WatchingWorkflow = defineWorkflow(Watching);
