import { patched } from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes';

/**
 * Changes of what a workflow sends, schedules or starts that it did not make from the beginning. A run that began
 * before one of them goes on as it began; the next run has it. Ids stay here for ever: histories hold them.
 */
export const PATCHES = {
  /** Hooks that are still under way when the run has to end are cancelled. */
  interruptedHooks: 'stateful-interrupted-hooks',
  /**
   * All code of the class is interrupted where the run has to end: a load that does not hear of its cancellation, one
   * that the run before has cut off, `onContinue()`. And who waits for a load while hooks run gets one.
   */
  interruptible: 'stateful-interruptible-code',
  /** A state that was too large to continue as new, and has shrunk, does so at once. */
  shrunkState: 'stateful-shrunk-state',
  /** A signal that the other workflow was there for, and that it did not take, is sent again. */
  refusedSignals: 'stateful-refused-signals',
  /** A workflow that says late that it is the child is joined, and is told when it is not wanted any more. */
  lateAnswers: 'stateful-late-answers',
  /** A workflow that has a child's id and does not answer is asked again: it may have ended. */
  askedAgain: 'stateful-asked-again',
  /** A child says whether it lives for one parent alone, and that one requests its cancellation. */
  soleParents: 'stateful-sole-parents',
  /** A workflow that ends as cancelled has the server close it so. */
  closesCancelled: 'stateful-closes-cancelled',
  /** What is made of an item is made anew when a field of the root entity changes. */
  madeOfRoot: 'stateful-made-of-root',
  /** An item whose id no workflow takes gets no child. */
  usableIds: 'stateful-usable-ids',
  /** A list that has become empty is taken in once the other loads of the cycle have said what they think of its credential. */
  emptyInDoubt: 'stateful-empty-in-doubt',
  /** A name of a secret is a path of segments; what was taken before that is taken on replay. */
  secretNames: 'secret-names-are-segments',
  /** A password of the worker's that is refused is sent again after pauses that double up to an hour, as credentials are. */
  refusedPasswords: 'stateful-refused-passwords',
  /** `beforeUpdate()` and `beforeDelete()` are asked about signals: those that came before there was such a hook are taken. */
  guards: 'stateful-guards',
  /** A cycle hears how a child ended. */
  childEnds: 'stateful-child-ends',
} as const;

/** Whether this run has a change. Ask only where the answer matters: it is written to the history. */
export const has = (patch: keyof typeof PATCHES): boolean => patched(PATCHES[patch]);

/** Whether the history has the mark of a change that the class has to do with, and may have no more. */
export function isKnown(patch: keyof typeof PATCHES): boolean {
  // Temporal has no public way to ask.
  const activator = getActivator() as unknown as { readonly knownPresentPatches: ReadonlySet<string> };
  return activator.knownPresentPatches.has(PATCHES[patch]);
}
