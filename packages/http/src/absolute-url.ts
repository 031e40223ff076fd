import { InvalidInputError } from '@stateful-workflow/core';

/**
 * Reads an absolute URL that a person wrote, and leaves its fragment out. Whether its origin may be reached is for the
 * client to say.
 *
 * @param field what it was written as: `apiUrl`, `path`
 * @param example a good one, for the error
 * @throws InvalidInputError when it is none
 */
export function absoluteUrl(text: string, field: string, example: string): URL {
  if (!URL.canParse(text)) {
    throw new InvalidInputError(field, 'is not an absolute URL', `Give one such as ${example}`);
  }
  const url = new URL(text);
  url.hash = '';
  return url;
}
