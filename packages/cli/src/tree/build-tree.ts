import { plainText } from '../render/plain-text';
import type { NodeStatus, Reading, TreeNode } from './tree-node';
import type { ChildInfo, ChildStatus } from './wire';

/** What a parent may say of a child that the server does not know. Whatever else it says cannot be so. */
const believable: ReadonlySet<ChildStatus> = new Set(['starting', 'completed', 'cancelled', 'failed']);

/**
 * Makes a tree of what was read, in the order it is printed. A workflow that stands at an earlier place with its
 * children is only a mark at every later one, so that circles come to an end.
 */
export function buildTree(
  workflowId: string,
  readings: ReadonlyMap<string, Reading>,
  depth = Infinity,
): TreeNode {
  const shown = new Map<string, 'whole' | 'without children'>();

  const node = (id: string, info: ChildInfo | undefined, level: number): TreeNode => {
    const reading = readings.get(id) ?? {};
    const own = ownPart(id, reading, info);
    const children = reading.children ?? [];
    const tooDeep = children.length > 0 && level >= depth;
    const before = shown.get(id);
    if (before === 'whole' || (before !== undefined && tooDeep)) return { ...own, repeated: true };
    shown.set(id, tooDeep ? 'without children' : 'whole');
    if (tooDeep || children.length === 0) return own;
    return { ...own, children: children.map((child) => node(child.workflowId, child, level + 1)) };
  };
  return node(workflowId, undefined, 0);
}

/** What a node says of the workflow itself. */
function ownPart(workflowId: string, reading: Reading, info: ChildInfo | undefined): TreeNode {
  const { status = statusOfMissing(info), workflowType, closedAt, report, token, children } = reading;
  const errors = [reading.error, info?.error && plainText(info.error)].filter(Boolean);
  const type = workflowType ?? info?.workflowType;
  return {
    workflowId,
    ...(type && { workflowType: type }),
    ...(info && { entityName: info.entityName, id: info.id, path: info.path }),
    status,
    ...(info && !report && { parentSays: info.status }),
    ...(closedAt && { closedAt }),
    ...(report?.lastCheckedAt && { lastCheckedAt: report.lastCheckedAt }),
    ...(report && { sourceCount: Object.keys(report.sources).length }),
    ...(token && { token }),
    ...(errors.length > 0 && { error: errors.join('; ') }),
    ...(children && { childCount: children.length }),
  };
}

function statusOfMissing(info: ChildInfo | undefined): NodeStatus {
  return info !== undefined && believable.has(info.status) ? info.status : 'missing';
}
