/** What the parent tells a child that measures heap; it is the child's one argument, as JSON. */
export type HeapTask = WorkflowsTask | ChildrenTask;

interface Task {
  /** The gRPC address of a Temporal server. */
  readonly address: string;
  /** The file that the workflow bundle is in. */
  readonly codePath: string;
}

/** Measures what idle workflows take. */
export interface WorkflowsTask extends Task {
  /** Whose workflows are held. */
  readonly kind: 'stateful' | 'by-hand';
  /** How many workflows. */
  readonly workflows: number;
  /** How many entities each of them holds. */
  readonly entities: number;
}

/** Measures what children take of their parent. */
export interface ChildrenTask extends Task {
  readonly kind: 'children';
  /** How many children a parent has. */
  readonly children: number;
}

/** What the child sends. */
export type HeapMessage =
  | { readonly type: 'progress'; readonly line: string }
  /** Bytes per workflow, or per child; one for each time it was measured. */
  | { readonly type: 'measured'; readonly bytes: readonly number[] }
  | { readonly type: 'failed'; readonly message: string };
