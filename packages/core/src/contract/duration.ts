import { msToNumber } from '@temporalio/common/lib/time';
import { matching } from './check';
import type { Duration } from './source';

const checkDuration = matching<number>(
  'a duration',
  "'30 seconds'",
  (value) => Number.isFinite(value) && Number(value) >= 0,
);

/** Reads a duration. @throws InvalidInputError that names the field */
export function milliseconds(field: string, value: Duration): number {
  let ms: unknown;
  try {
    ms = msToNumber(value as Parameters<typeof msToNumber>[0]);
  } catch {
    // refused below, with the field's name
  }
  return checkDuration(ms, field);
}
