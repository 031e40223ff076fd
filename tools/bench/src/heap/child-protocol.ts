/** What the parent tells a child that measures heap; it is the child's one argument, as JSON. */
export interface HeapTask {
  /** The gRPC address of a Temporal server. */
  readonly address: string;
  /** The file that the workflow bundle is in. */
  readonly codePath: string;
  /** Whose workflows are held. */
  readonly kind: 'stateful' | 'by-hand';
  /** How many workflows. */
  readonly workflows: number;
  /** How many entities each of them holds. */
  readonly entities: number;
}

/** What the child sends. */
export type HeapMessage =
  | { readonly type: 'progress'; readonly line: string }
  /** Bytes per workflow, one for each time it was measured. */
  | { readonly type: 'measured'; readonly perWorkflow: readonly number[] }
  | { readonly type: 'failed'; readonly message: string };
