/** Longest id or origin that is taken. Temporal's own limit for workflow ids is 1,000. */
export const MAX_ID = 800;

/** What entities may be called, in words. */
export const NAME_RULE = 'a name of at most 200 letters, digits and "_" that starts with a letter';

/** {@link NAME_RULE} as a pattern. */
export const NAME_PATTERN = /^[A-Za-z][A-Za-z0-9_]{0,199}$/;

/** Whether a text has no half of a surrogate pair: where it is encoded, one would become another character, unsaid. */
export const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/** The root entity's name, when nobody said it: `CustomerWorkflow` → `Customer`. */
export function entityNameOf(workflowType: string): string {
  return workflowType.replace(/(.)Workflow$/, '$1');
}
