import type { LoadContext, Page } from '@stateful-workflow/core';
import { linkTo, statusError } from '@stateful-workflow/http';
import { ask } from './ask';
import type { Harvest } from './harvest';
import { pageOf } from './records';
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
  const answer = await ask(parts.client, context, request, conditional, context.signal, accept);
  if (answer.status === 304) {
    if (Object.keys(conditional).length === 0) throw statusError(answer.request, 304, answer.headers);
    const validators = answerValidators(answer.headers) ?? context.checkpoint?.validators;
    // Not `complete`: it has no records, and their absence means nothing.
    yield { records: [], unchanged: true, validators, complete: false };
    return;
  }
  harvest.answered(answer.headers);
  const harvested = await harvest.take(pageOf(answer, query, parts).records, answer.request);
  const isLast = linkTo(answer.headers.link, 'next') === undefined;
  if (!isLast) {
    context.log.warn(
      'The answer links to a next page and the source has no pagination: only its first page is loaded.',
      { request: answer.request },
    );
  }
  const { since } = harvest;
  yield {
    ...harvested,
    validators: isConditional ? answerValidators(answer.headers) : undefined,
    ...(since !== undefined && { cursor: { since } }),
    complete: isLast && harvest.isWhole,
  };
}
