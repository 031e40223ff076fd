export { readTree, type ReadTreeOptions } from './tree/read-tree';
export type { NodeStatus, TreeNode } from './tree/tree-node';
