import { isDeepStrictEqual } from 'node:util';
import { InvalidInputError, type LoadContext, type Page } from '@stateful-workflow/core';
import { type HttpAnswer, type HttpClient, statusError } from '@stateful-workflow/http';
import { parseBody, pickHasMore, pickRecords } from './records';
import { requestUrl } from './request-url';
import type { PagePagination, RestQuery } from './rest-query';
import { answerValidators, conditionalHeaders } from './validators';

/** Loads a query: one request, or one for each page of a list. */
export async function* loadPages(
  client: HttpClient,
  query: RestQuery,
  context: LoadContext<number>,
): AsyncGenerator<Page<number>> {
  if (query.pagination === undefined) yield await loadOne(client, query, context);
  else yield* loadList(client, query, query.pagination, context);
}

/** One request, conditional when the checkpoint allows it. */
async function loadOne(
  client: HttpClient,
  query: RestQuery,
  context: LoadContext<number>,
): Promise<Page<number>> {
  const conditional = conditionalHeaders(context.checkpoint?.validators);
  const { url, field } = requestUrl(query, context);
  const answer = await get(client, context, { url, field, headers: { ...query.headers, ...conditional } });
  context.heartbeat(1);
  if (answer.status === 304) {
    if (Object.keys(conditional).length === 0) throw statusError(answer.request, 304, answer.headers);
    const validators = answerValidators(answer.headers) ?? context.checkpoint?.validators;
    // Not `complete`: it has no records, and their absence means nothing.
    return { records: [], unchanged: true, validators, complete: false };
  }
  const records = pickRecords(parseBody(answer), query.items, answer.request);
  const complete = !linksToNext(answer);
  if (!complete) {
    context.log.warn(
      'The answer links to a next page and the source has no pagination: only its first page is loaded.',
      { request: answer.request },
    );
  }
  return { records, validators: answerValidators(answer.headers), complete };
}

/**
 * One request a page. A new attempt starts over: a sweep that was resumed in its middle would not be complete,
 * since its first pages may have changed in between. Never conditional: that a page is unchanged says nothing
 * of the others.
 */
async function* loadList(
  client: HttpClient,
  query: RestQuery,
  pagination: PagePagination,
  context: LoadContext<number>,
): AsyncGenerator<Page<number>> {
  const {
    pageParam = 'page',
    sizeParam = 'pageSize',
    size = 100,
    firstPage = 1,
    maxPages = 1000,
  } = pagination;
  const { url, field } = requestUrl(query, context);
  url.searchParams.set(sizeParam, String(size));
  let before: readonly unknown[] | undefined;
  for (let page = firstPage; ; page += 1) {
    if (page - firstPage === maxPages) {
      throw new InvalidInputError(
        'pagination.maxPages',
        `the list goes on after ${maxPages} pages of ${size}, and a load never cuts it short`,
        'Raise maxPages or size, or narrow the list with params',
      );
    }
    url.searchParams.set(pageParam, String(page));
    const answer = await get(client, context, { url: new URL(url), field, headers: { ...query.headers } });
    const body = parseBody(answer);
    const records = pickRecords(body, query.items, answer.request);
    const more =
      pagination.hasMore === undefined
        ? records.length >= size || (records.length > 0 && linksToNext(answer))
        : pickHasMore(body, pagination.hasMore, answer.request);
    if (more && before !== undefined && isDeepStrictEqual(before, records)) {
      throw new InvalidInputError(
        'pagination.pageParam',
        `pages ${page - 1} and ${page} of ${answer.request} are the same and more are promised: the server ignores the page parameter "${pageParam}"`,
        'Set pageParam, sizeParam and size to what the API understands, or leave pagination out if one answer holds everything',
      );
    }
    before = records;
    context.heartbeat(page);
    yield { records, complete: !more };
    if (!more) return;
  }
}

async function get(
  client: HttpClient,
  context: LoadContext<number>,
  request: { readonly url: URL; readonly field: string; readonly headers: Readonly<Record<string, string>> },
): Promise<HttpAnswer> {
  return client.request({
    ...request,
    signal: context.signal,
    credential: (origin) => context.credential(origin),
    metrics: context.metrics,
  });
}

/** Whether an answer's `Link` header names a next page. */
const linksToNext = (answer: HttpAnswer): boolean =>
  /;\s*rel\s*=\s*("([^"]*\s)?next(\s[^"]*)?"|next\b)/i.test([answer.headers.link ?? ''].flat().join(', '));
