/** The middle of some numbers. @throws RangeError when there are none */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which a part of the numbers lies, interpolated. @param part from 0 to 1 */
export function quantile(values: readonly number[], part: number): number {
  if (values.length === 0) throw new RangeError('There is no quantile of no values.');
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const below = sorted[Math.floor(at)] as number;
  const above = sorted[Math.ceil(at)] as number;
  return below + (above - below) * (at - Math.floor(at));
}

/** Durations for a person: `3.21 ms (half of them within 3.10–3.50)`. */
export function spread(durations: readonly number[]): string {
  const show = (value: number): string => (value < 1_000 ? value.toPrecision(3) : value.toFixed());
  return `${show(median(durations))} ms (half of them within ${show(quantile(durations, 0.25))}–${show(quantile(durations, 0.75))})`;
}
