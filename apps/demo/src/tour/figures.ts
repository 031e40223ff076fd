/** A time in milliseconds as a reader of the tour has it. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** A number as a reader of the tour has it: `2,000`. */
export function inThousands(number: number): string {
  return number.toLocaleString('en-US');
}
