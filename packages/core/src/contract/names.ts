/** The root entity's name, when nobody said it: `CustomerWorkflow` → `Customer`. */
export function entityNameOf(workflowType: string): string {
  return workflowType.replace(/(.)Workflow$/, '$1');
}
