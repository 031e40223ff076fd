import { patched } from '@temporalio/workflow';

/**
 * Changes of what a workflow sends, schedules or starts that it did not make from the beginning. A run that began
 * before one of them goes on as it began; the next run has it. Ids stay here for ever: histories hold them.
 */
export const PATCHES = {
  /** Hooks that are still under way when the run has to end are cancelled. */
  interruptedHooks: 'stateful-interrupted-hooks',
  /** A state that was too large to continue as new, and has shrunk, does so at once. */
  shrunkState: 'stateful-shrunk-state',
} as const;

/** Whether this run has a change. Ask only where the answer matters: it is written to the history. */
export const has = (patch: keyof typeof PATCHES): boolean => patched(PATCHES[patch]);
