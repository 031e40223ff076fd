/**
 * What things cost, measured on a Temporal server by its own metric `action` and the size of its histories: `npm run -w
 * tools/bench entity-costs` measures it again. Bytes are those of a source with few entities; what a state has comes on top.
 */
export const MEASURED = {
  /** A workflow of one source begins, and loads. */
  start: { actions: 6, bytes: 3_800 },
  /** A run that follows another; one ends each day. */
  run: { actions: 3, bytes: 2_300 },
  /** The watch of one source begins. */
  armed: { actions: 1, bytes: 700 },
  /** A look of a source under `watch` that finds nothing. */
  quietLook: { actions: 1, bytes: 0 },
  /** A look at an interval, and what it takes for each source. */
  timedLook: { actions: 1, bytes: 1_000 },
  timedLoad: { actions: 1, bytes: 1_100 },
  /** A change that a load brought is taken in. */
  change: { actions: 0, bytes: 1_900 },
  /** A parent tells a child of a change. */
  told: { actions: 1, bytes: 0 },
  /** A look of a child whether its parent is there, or of a parent after its children. */
  check: { actions: 1, bytes: 0 },
} as const;
