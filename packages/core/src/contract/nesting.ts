import { InvalidInputError } from './errors';

/** Far deeper than data is, and far from where walking it would overflow the stack. */
export const MAX_LEVELS = 100;

/**
 * Checks that data is not nested too deeply: what cannot be written as JSON again could neither be shown nor
 * handed to the next run.
 *
 * @returns the data as given
 * @throws InvalidInputError
 */
export function checkNesting(value: unknown, field: string): unknown {
  if (!isDeeper(value, MAX_LEVELS)) return value;
  throw new InvalidInputError(
    field,
    `is nested more than ${MAX_LEVELS} levels deep`,
    'Give flatter data, or the inner objects as entities of their own',
  );
}

/** Whether something holds lists and objects more than so many levels deep. Looks no further than that. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) {
    // Not by `for in`, which makes a text of each index.
    for (const inner of value as readonly unknown[]) if (isTooDeep(inner, levels)) return true;
    return false;
  }
  for (const key in value) if (isTooDeep((value as Record<string, unknown>)[key], levels)) return true;
  return false;
}

/** Whether what a list or an object holds is below so many levels. */
const isTooDeep = (inner: unknown, levels: number): boolean =>
  levels === 0 || (typeof inner === 'object' && inner !== null && isDeeper(inner, levels - 1));
