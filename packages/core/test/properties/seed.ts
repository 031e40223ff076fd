/**
 * The seed of this run's random tests. It stands in the names of the tests; to run them again with the same
 * one: `FC_SEED=123 npx vitest run test/properties`.
 */
export const seed = Number(process.env['FC_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));

/** Settings for `fc.assert`. */
export const settings = (numRuns: number): { readonly seed: number; readonly numRuns: number } => ({
  seed,
  numRuns,
});
