import { patched } from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes';

/**
 * Changes of what a workflow sends, schedules or starts that it did not make from the beginning. A run that began
 * before one of them goes on as it began; the next run has it. Ids stay here for ever, and in this order, with new ones
 * at the end: histories hold them, and how many of them there were when their run began.
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
  /** Children that a run does not follow, since another run or parent started them, are looked at. */
  watchedChildren: 'stateful-watched-children',
  /** A change below an item has the conditions asked of the items that it concerns, and not of all. */
  concernedItems: 'stateful-concerned-items',
  /** A workflow that was reset begins anew with all those whom it exchanges signals with, and loads. */
  resets: 'stateful-resets',
  /** A class with `searchAttributes` sets them. */
  searchAttributes: 'stateful-search-attributes',
  /** A cycle hears how a child ended. */
  childEnds: 'stateful-child-ends',
  /** A run does not end with signals under way because something had it wait no longer for one moment only. */
  quietSends: 'stateful-quiet-sends',
  /** The ids of links have a short form of the run in them that makes them. */
  shortLinks: 'stateful-short-links',
  /** A parent that joins again with another token or address than it gave before: who has that takes the new one. */
  givenAnew: 'stateful-given-anew',
  /** Children keep the names that they have where their path has come to call them otherwise. */
  keptNames: 'stateful-kept-names',
  /** A cycle takes few promises, and so fewer turns: the SDK takes a stack trace of each, and a rebuild makes them all anew. */
  leanWaits: 'stateful-lean-waits',
  /** A token and an address are taken from parents, and from no workflow that is none yet or none any more. */
  parentsGive: 'stateful-parents-give',
  /** A `refresh` may name the sources that are asked. */
  namedSources: 'stateful-named-sources',
  /** What is taken out of a list that is not there makes neither the list nor its entity. */
  absentLists: 'stateful-absent-lists',
  /** What a webhook told does not hold against the feed of the source: not of about the same time, nor of what is gone. */
  webhooksYield: 'stateful-webhooks-yield',
  /** A child lacks an entity no longer once something was said to it of that. */
  saidSince: 'stateful-said-since',
  /** A cycle takes still fewer promises: it waits for its load and its hooks itself, and a refresh for no more than that. */
  fewerTurns: 'stateful-fewer-turns',
} as const;

/**
 * The class has been changed since the run began. Asked of every such run, whatever it began with, since it says when the
 * code that was deployed later took over.
 */
export const CHANGED_CLASS = 'stateful-changed-class';

/**
 * The class is asked about signals before they are taken in. Asked of every run whose class has such a hook, or had one,
 * whatever the run began with: signals that came before the class had it are taken.
 */
const GUARDED = 'stateful-guarded';

const ORDER = Object.keys(PATCHES);

/** How many changes there are. */
export const PATCH_COUNT = ORDER.length;

/** With how many of the changes each run began, by what the SDK holds of it. */
const counts = new WeakMap<object, number>();

/** Notes that the run has the first `count` changes, as its history says, so that none of them is recorded by itself. */
export function beginsWith(count: number): void {
  counts.set(getActivator(), count);
}

/** With how many of the changes the run began; `undefined` in runs of the first versions, which did not record it. */
export const begunWith = (): number | undefined => counts.get(getActivator());

/** Whether this run had a change from its beginning: for one that a run does not take on later. Writes nothing. */
export const beganWith = (patch: keyof typeof PATCHES): boolean => ORDER.indexOf(patch) < (begunWith() ?? 0);

/** Whether this run has a change. Ask only where the answer matters: it may be written to the history. */
export function has(patch: keyof typeof PATCHES): boolean {
  return beganWith(patch) || patched(PATCHES[patch]);
}

/** Whether the class is asked about a signal. @param isGuarded whether it has a hook for that */
export function isAsked(isGuarded: boolean): boolean {
  // Temporal has no public way to ask which marks there are. One that is there has to be asked for, hook or not.
  const activator = getActivator() as unknown as { readonly knownPresentPatches: ReadonlySet<string> };
  return (isGuarded || activator.knownPresentPatches.has(GUARDED)) && patched(GUARDED);
}
