import { inOrderOfUrgency } from './status-style';
import type { NodeStatus, TreeNode } from './tree-node';

/** How many workflows a tree holds, by status: `304 workflows: 1 failing, 303 running`. */
export function summarize(root: TreeNode): string {
  const statuses = new Map<string, NodeStatus>();
  const count = (node: TreeNode): void => {
    statuses.set(node.workflowId, node.status);
    node.children?.forEach(count);
  };
  count(root);
  return `${statuses.size} ${statuses.size === 1 ? 'workflow' : 'workflows'}: ${countByStatus([...statuses.values()])}`;
}

/** `1 failing, 303 running`: what needs a look comes first. */
export function countByStatus(statuses: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const status of inOrderOfUrgency(statuses)) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
}
