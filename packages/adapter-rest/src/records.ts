import { InvalidInputError } from '@stateful-workflow/core';
import { at, type HttpAnswer, HttpError, kindOf, readJson } from '@stateful-workflow/http';
import { named } from './record-schema';
import type { RestParts } from './rest-parts';
import type { RestQuery } from './rest-query';

/**
 * Parses a body as JSON; a number that would lose digits is its text. What the answer says of its type is not asked, since many APIs are wrong about it,
 * but is named when the body turns out not to be JSON.
 *
 * @throws HttpError when it is empty, not JSON, or JSON that cannot be taken as it is; its message repeats nothing of the body
 */
export function parseBody(answer: HttpAnswer): unknown {
  const fail = (problem: 'empty' | 'malformed' | 'truncated', reason: string): HttpError =>
    new HttpError({ type: 'body', problem }, `${answer.request} answered ${answer.status} ${reason}`);
  if (answer.body.trim() === '') {
    throw fail(
      'empty',
      'with an empty body, and a source needs JSON. Check path, or what the API answers there.',
    );
  }
  try {
    return readJson(answer.body);
  } catch (error) {
    if (error instanceof RangeError) throw fail('malformed', `with JSON that ${error.message}.`);
    // The parser's own message quotes the body.
    const type = answer.headers['content-type'];
    const unframed =
      answer.headers['content-length'] === undefined && answer.headers['transfer-encoding'] === undefined;
    if (unframed && /json/i.test(type ?? '')) {
      throw fail(
        'truncated',
        'with JSON of unknown length that ends too early or is broken. The load is tried again.',
      );
    }
    throw fail(
      'malformed',
      `with a body that is not JSON (content-type ${type ?? 'missing'}). Check path and apiUrl: a sign-in page or a proxy may have answered.`,
    );
  }
}

/**
 * Takes the records out of a parsed body, as the query says.
 *
 * @throws InvalidInputError when there are none to take, or the adapter does not have the selector
 */
export function recordsOf(
  body: unknown,
  { items, selector }: RestQuery,
  { headers, request }: HttpAnswer,
  { selectors }: RestParts,
): readonly unknown[] {
  if (selector === undefined) return pickRecords(body, items, request);
  const records: unknown = named(selectors, selector, 'selector', 'selectors')(body, headers);
  if (Array.isArray(records)) return records;
  throw new InvalidInputError(
    'selector',
    `"${selector}" gave ${kindOf(records)} for ${request} where an array of records is expected`,
    'Correct the function on the worker',
  );
}

/**
 * Takes the records out of a parsed body.
 *
 * @param items a dotted path to the array, or `undefined` for the body itself
 * @throws InvalidInputError when there is no array at `items`, or the body is neither an object nor an array
 */
export function pickRecords(body: unknown, items: string | undefined, request: string): readonly unknown[] {
  if (items !== undefined) {
    const found = at(body, items);
    if (Array.isArray(found)) return found;
    // Never taken for an empty list: absence can mean deletion.
    throw new InvalidInputError(
      'items',
      `${request} has ${kindOf(found)} at "${items}" where an array of records is expected`,
      'Set items to the dotted path of the array in the body, or leave it out if the body itself is the array',
    );
  }
  if (Array.isArray(body)) return body;
  if (typeof body === 'object' && body !== null) return [body];
  throw new InvalidInputError(
    'path',
    `${request} answered ${kindOf(body)} where a record (an object) or a list of them is expected`,
    'Check what the API answers there',
  );
}

/**
 * Reads whether there is another page.
 *
 * @param hasMore a dotted path to a boolean
 * @throws InvalidInputError when there is none
 */
export function pickHasMore(body: unknown, hasMore: string, request: string): boolean {
  const found = at(body, hasMore);
  if (typeof found === 'boolean') return found;
  throw new InvalidInputError(
    'pagination.hasMore',
    `${request} has ${kindOf(found)} at "${hasMore}" where a boolean is expected`,
    'Set hasMore to the dotted path of the boolean in the body, or leave it out if the API has none',
  );
}
