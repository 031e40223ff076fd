/** A time in milliseconds as clients read it: ISO 8601. */
export function iso(ms: number): string;
export function iso(ms: number | undefined): string | undefined;
export function iso(ms: number | undefined): string | undefined {
  return ms === undefined ? ms : new Date(ms).toISOString();
}
