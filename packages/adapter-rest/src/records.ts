import { InvalidInputError } from '@stateful-workflow/core';
import { at, type HttpAnswer, HttpError, isObject, kindOf, named, readJson } from '@stateful-workflow/http';
import type { RestParts } from './rest-parts';
import type { RestQuery } from './rest-query';

/**
 * Parses a body as JSON; a number that would lose digits is its text. What the answer says of its type is not asked,
 * since many APIs are wrong about it, but is named when the body turns out not to be JSON.
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

/** What an answer holds. */
export interface Contents {
  readonly body: unknown;
  readonly records: readonly unknown[];
  /** Whether they are a list, and not one record. */
  readonly isList: boolean;
}

/** An answer's body, and the records in it. */
export function contentsOf(answer: HttpAnswer, query: RestQuery, parts: RestParts): Contents {
  // It is asked for only where the source says that no content is an empty list.
  if (answer.status === 204) return { body: undefined, records: [], isList: true };
  const body = parseBody(answer);
  const records = recordsOf(body, query, answer, parts);
  const isNamed = query.items !== undefined || query.selector !== undefined;
  return { body, records, isList: isNamed || Array.isArray(body) };
}

/**
 * Takes the records out of a parsed body, as the query says.
 *
 * @throws InvalidInputError when there are none to take, or the adapter does not have the selector
 */
function recordsOf(
  body: unknown,
  query: RestQuery,
  { headers, request }: HttpAnswer,
  { selectors }: RestParts,
): readonly unknown[] {
  const { selector } = query;
  if (selector === undefined) return pickRecords(body, query, request);
  const place = { field: 'selector', option: 'selectors', adapter: 'restAdapter' };
  const records: unknown = named(selectors, selector, place)(body, headers);
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
 * @throws InvalidInputError when there is no array at `items`, no object at `record`, or the body is neither
 */
function pickRecords(
  body: unknown,
  { items, record, emptyAs = [] }: RestQuery,
  request: string,
): readonly unknown[] {
  if (record !== undefined) {
    const found = at(body, record);
    if (isObject(found)) return [found];
    throw new InvalidInputError(
      'record',
      `${request} has ${kindOf(found)} at "${record}" where a record (an object) is expected`,
      'Set record to the dotted path of the object in the body; for a list, use items',
    );
  }
  const empty: readonly string[] = [emptyAs].flat();
  if (items !== undefined) {
    const found = at(body, items);
    if (Array.isArray(found)) return found;
    if (found === null && empty.includes('null')) return [];
    if (found === undefined && isObject(body) && empty.includes('missing')) return [];
    // Never taken for an empty list: absence can mean deletion.
    throw new InvalidInputError(
      'items',
      `${request} has ${kindOf(found)} at "${items}" where an array of records is expected`,
      'Set items to the dotted path of the array in the body, or leave it out if the body itself is the array; if it is how the API says that the list is empty, name it in emptyAs',
    );
  }
  if (Array.isArray(body)) return body;
  if (body === null && empty.includes('null')) return [];
  if (typeof body === 'object' && body !== null) return [body];
  throw new InvalidInputError(
    'path',
    `${request} answered ${kindOf(body)} where a record (an object) or a list of them is expected`,
    'Check what the API answers there',
  );
}
