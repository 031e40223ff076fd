import { values } from '../state/objects';
import { InvalidInputError } from './errors';

/** Far deeper than data is, and far from where walking it would overflow the stack. */
const MAX_LEVELS = 100;

/**
 * Checks that data is not nested too deeply: what cannot be written as JSON again could neither be shown nor
 * handed to the next run.
 *
 * @returns the data as given
 * @throws InvalidInputError
 */
export function checkNesting(value: unknown, field: string): unknown {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_LEVELS)
      throw new InvalidInputError(
        field,
        `is nested more than ${MAX_LEVELS} levels deep`,
        'Give flatter data, or the inner objects as entities of their own',
      );
    level = level.flatMap((item): unknown[] =>
      typeof item === 'object' && item !== null ? values(item) : [],
    );
  }
  return value;
}
