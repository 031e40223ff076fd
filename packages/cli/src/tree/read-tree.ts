import type { Client } from '@temporalio/client';
import { buildTree } from './build-tree';
import { inParallel } from './in-parallel';
import { WorkflowReader } from './read-workflow';
import type { Reading, TreeNode } from './tree-node';

/** How a tree is read. */
export interface ReadTreeOptions {
  /** How many levels below the root are read. @default all */
  readonly depth?: number;
  /** How many workflows are asked at a time; each gets one question after the other. @default 8 */
  readonly parallel?: number;
  /** How long an answer may take, in milliseconds. @default 10_000 */
  readonly timeout?: number;
  /** Is told how many workflows have been read, of how many known so far. */
  readonly onProgress?: (read: number, known: number) => void;
}

/**
 * Reads a workflow and its children, recursively, from a running system. Each workflow is asked once, however
 * many parents it has.
 *
 * ## Rules
 * - What cannot be asked is no error: the node says what the server and its parent know of it.
 * - It is not one moment: the workflows go on while they are read.
 *
 * @returns the root; `undefined` when the server knows no such workflow
 * @throws ServiceError when the server goes away meanwhile
 * @example
 * const tree = await readTree(client, 'Customer-c_42', { depth: 2 });
 */
export async function readTree(
  client: Client,
  workflowId: string,
  { depth: deepest = Infinity, parallel = 8, timeout = 10_000, onProgress }: ReadTreeOptions = {},
): Promise<TreeNode | undefined> {
  const reader = new WorkflowReader(client, timeout);
  const readings = new Map<string, Reading>();
  let known = 1;

  let level = [workflowId];
  for (let depth = 0; level.length > 0; depth += 1) {
    await inParallel(level, parallel, async (id) => {
      readings.set(id, await reader.read(id));
      onProgress?.(readings.size, known);
    });
    const found = depth < deepest ? level.flatMap((id) => readings.get(id)?.children ?? []) : [];
    level = [...new Set(found.map((child) => child.workflowId))].filter((id) => !readings.has(id));
    known += level.length;
  }

  const root = readings.get(workflowId);
  return root?.status === undefined ? undefined : buildTree(workflowId, readings, deepest);
}
