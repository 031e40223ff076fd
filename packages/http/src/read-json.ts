import { parseExactJson } from '@stateful-workflow/core';

/**
 * Reads JSON of an API as `parseExactJson` does, and refuses what no workflow can hold.
 *
 * @throws SyntaxError, RangeError: only the latter's message, which goes on after "JSON that …", may be shown
 */
export const readJson = (text: string): unknown => parseExactJson(text, { refuse: true });
