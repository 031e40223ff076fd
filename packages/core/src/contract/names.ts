/** Longest id or origin that is taken. Temporal's own limit for workflow ids is 1,000. */
export const MAX_ID = 800;

/** The root entity's name, when nobody said it: `CustomerWorkflow` → `Customer`. */
export function entityNameOf(workflowType: string): string {
  return workflowType.replace(/(.)Workflow$/, '$1');
}
