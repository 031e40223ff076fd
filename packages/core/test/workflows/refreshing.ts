import { defineSource, defineWorkflow, type SourceOptions } from '../../src/workflow';
import { Customer } from './customer';
import { scripted } from './sources';

/** Watches, but hardly ever looks: what it does at once is because of something else. */
class Patient extends Customer {
  override readonly refresh = { every: '1 hour', watch: true, jitter: 0 } as const;
}
export const PatientWorkflow = defineWorkflow(Patient);

/** A source of the adapter that gives hints. */
const hinted = (key: string, options: SourceOptions = {}) =>
  defineSource(
    { adapter: 'hinted', package: '@stateful-workflow/adapter-hinted' },
    { key, maximumAttempts: 2, ...options },
  );

/** Watches sources that say when a look is worth it. */
class Hinted extends Customer {
  override readonly sources = { profile: hinted('profile'), contacts: hinted('contacts') };
  override readonly refresh = { every: '1 hour', watch: true, jitter: 0 } as const;
}
export const HintedWorkflow = defineWorkflow(Hinted);

/** The same with a short interval, and looks that are soon missed: for workers that are killed. */
class BrieflyHinted extends Customer {
  override readonly sources = {
    profile: hinted('profile', { timeout: '3 seconds' }),
    contacts: hinted('contacts', { timeout: '3 seconds' }),
  };
  override readonly refresh = { every: '3 seconds', watch: true, jitter: 0 } as const;
}
export const BrieflyHintedWorkflow = defineWorkflow(BrieflyHinted);

/** Watches less and less often while nothing changes. */
class AdaptiveWatching extends Customer {
  override readonly sources = { profile: scripted('profile') } as Customer['sources'];
  override readonly refresh = {
    every: { min: '1 second', max: '4 seconds' },
    watch: true,
    jitter: 0,
  } as const;
}
export const AdaptiveWatchingWorkflow = defineWorkflow(AdaptiveWatching);

/** Watches, and continues as new after a few cycles. */
class WatchingOn extends Customer {
  override readonly refresh = { every: '1 second', watch: true, jitter: 0 } as const;
  override readonly maxHistoryEvents = 40;
}
export const WatchingOnWorkflow = defineWorkflow(WatchingOn);

/** Loads about every hour: its timers are looked at, not waited for. */
class Hourly extends Customer {
  override readonly refresh = { every: '1 hour', jitter: 0.5 } as const;
}
export const HourlyWorkflow = defineWorkflow(Hourly);

/** Loads less and less often while nothing changes. */
class Adaptive extends Customer {
  override readonly refresh = { every: { min: '1 minute', max: '10 minutes' }, jitter: 0 } as const;
}
export const AdaptiveWorkflow = defineWorkflow(Adaptive);

/** Tries each load once, and loads every two minutes. */
class Once extends Customer {
  override readonly sources = {
    profile: scripted('profile', { maximumAttempts: 1 }),
    contacts: scripted('contacts', { maximumAttempts: 1 }),
  };
  override readonly refresh = { every: '2 minutes', jitter: 0 } as const;
}
export const OnceWorkflow = defineWorkflow(Once);

/** Tries each load once, and loads only when told to. */
class OnceOnly extends Customer {
  override readonly sources = {
    profile: scripted('profile', { maximumAttempts: 1 }),
    contacts: scripted('contacts', { maximumAttempts: 1 }),
  };
}
export const OnceOnlyWorkflow = defineWorkflow(OnceOnly);

/** Lets a load take two seconds, all of its attempts together. */
class Hasty extends Customer {
  override readonly sources = {
    profile: scripted('profile', { deadline: '2 seconds', maximumAttempts: 100 }),
    contacts: scripted('contacts'),
  };
}
export const HastyWorkflow = defineWorkflow(Hasty);

/** Fails a setting of a source. */
class Impossible extends Customer {
  override readonly sources = {
    profile: scripted('profile', { maximumAttempts: 0 }),
    contacts: scripted('contacts'),
  };
}
export const ImpossibleWorkflow = defineWorkflow(Impossible);

/** Hands little to its next run. */
class Narrow extends Customer {
  override readonly maxHistoryEvents = 15;
  override readonly maxStateBytes = 3_100;
}
export const NarrowWorkflow = defineWorkflow(Narrow);
