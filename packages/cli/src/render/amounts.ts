/** `12,345`, `0.17`. */
export const number = (value: number): string =>
  value === 0 || value >= 10
    ? Math.round(value).toLocaleString('en-US')
    : String(Number(value.toPrecision(2)));

/** `$12,345`, `$0.17`. */
export const dollars = (value: number): string => `$${value >= 10 ? number(value) : value.toFixed(2)}`;

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `1.6 GB`, in powers of a thousand. */
export function bytes(value: number): string {
  const unit = Math.min(Math.floor(Math.log10(Math.max(value, 1)) / 3), UNITS.length - 1);
  return `${number(value / 1_000 ** unit)} ${UNITS[unit]}`;
}
