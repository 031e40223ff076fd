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
  /** A workflow that a feed starts, with its record. Its bytes are those without the record. */
  fedStart: { actions: 4, bytes: 1_700 },
  /** A look of a feed that finds nothing, however many workflows it is for. */
  feedLook: { actions: 1, bytes: 0 },
  /** A feed delivers a change, which the workflow takes in. Its bytes are those without the record. */
  delivered: { actions: 1, bytes: 800 },
  /** What a look that has delivered keeps for the next: two heartbeats where a source repeats the newest record, else one. */
  kept: { actions: 2, bytes: 0 },
  /** A webhook has a workflow look, and what that takes for each source. */
  webhook: { actions: 1, bytes: 700 },
  webhookLoad: { actions: 1, bytes: 1_100 },
  /** A parent tells a child of a change. */
  told: { actions: 1, bytes: 0 },
  /** A look of a child whether its parent is there, or of a parent after its children. */
  check: { actions: 1, bytes: 0 },
} as const;
