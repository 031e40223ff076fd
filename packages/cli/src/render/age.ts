const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/**
 * How long ago a time is, for a person: `12 s ago`, `3 min ago`, `2 d ago`. A time that has not come yet by this
 * machine's clock is `0 s ago`.
 */
export function ageOf(time: string, now: number): string {
  return `${duration(now - Date.parse(time))} ago`;
}

/** A length of time in its largest unit, rounded down: `48 s`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  for (const [unit, size] of units) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  return `${seconds} s`;
}
