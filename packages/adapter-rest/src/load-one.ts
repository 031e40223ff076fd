import type { LoadContext, Page } from '@stateful-workflow/core';
import { goesOn, type HttpAnswer, linkTo, statusError, UnreadSigns } from '@stateful-workflow/http';
import { ask } from './ask';
import type { Harvest } from './harvest';
import { contentsOf, type Contents } from './records';
import type { RestCursor } from './rest-cursor';
import type { RestParts } from './rest-parts';
import type { RestQuery } from './rest-query';
import type { RequestMaker } from './rest-request';
import { answerValidators, conditionalHeaders } from './validators';

/** Loads a query of one request, which is conditional when the checkpoint allows it. */
export async function* loadOne(
  query: RestQuery,
  requests: RequestMaker,
  harvest: Harvest,
  parts: RestParts,
  context: LoadContext<RestCursor>,
): AsyncGenerator<Page<RestCursor>> {
  const request = requests.make({}, harvest.params);
  const isConditional = request.method === 'GET' && query.incremental === undefined;
  const conditional = isConditional ? conditionalHeaders(context.checkpoint?.validators) : {};
  const accepts204 = [query.emptyAs ?? []].flat().includes('no content');
  const accept = accepts204 ? (status: number): boolean => status === 204 : undefined;
  const asked = (validators: Readonly<Record<string, string>>): Promise<HttpAnswer> =>
    ask(parts.client, context, request, validators, context.signal, accept);
  let answer = await asked(conditional);
  if (answer.status === 304) {
    if (Object.keys(conditional).length === 0) throw statusError(answer.request, 304, answer.headers);
    if (query.record !== undefined || !goesOn(answer.headers)) {
      const validators = answerValidators(answer.headers) ?? context.checkpoint?.validators;
      // Not `complete`: it has no records, and their absence means nothing.
      yield { records: [], unchanged: true, validators, complete: false };
      return;
    }
    // The body is as it was, and may be the first page of a list by now: what it is has to be seen.
    answer = await asked({});
  }
  harvest.answered(answer.headers);
  const contents = contentsOf(answer, query, parts);
  const isWhole = isAll(contents, answer, query, context);
  const turns = await harvest.take(contents.records, answer.request, contents.isList);
  harvest.finish();
  const { since } = harvest;
  for (const harvested of turns.slice(0, -1)) yield { ...harvested, complete: false };
  yield {
    ...(turns.at(-1) ?? { records: [] }),
    validators: isConditional ? answerValidators(answer.headers) : undefined,
    ...(since !== undefined && { cursor: { since } }),
    complete: isWhole && harvest.isWhole,
  };
}

/**
 * Whether an answer holds everything there is.
 *
 * @throws InvalidInputError for a list that seems to go on
 */
function isAll(
  { body, records, isList }: Contents,
  { headers, request }: HttpAnswer,
  { items, ignoreSigns }: RestQuery,
  context: LoadContext<RestCursor>,
): boolean {
  if (isList) {
    const unread = new UnreadSigns(ignoreSigns);
    unread.saw({ body, headers, items, records: records.length });
    unread.checkAnswers(request);
    unread.checkEnd({ read: { records: records.length, pages: 1 }, request, why: 'has no pagination' });
    return true;
  }
  if (linkTo(headers.link, 'next') === undefined) return true;
  // A record may link to the next one, and may hold a list that goes on.
  context.log.warn('The record links to a next page: it is taken in, and nothing is removed by it.', {
    request,
  });
  return false;
}
