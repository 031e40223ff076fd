/** A time in milliseconds as a reader of the tour has it. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
