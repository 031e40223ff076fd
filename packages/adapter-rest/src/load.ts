import type { LoadContext, Page } from '@stateful-workflow/core';
import { isObject } from '@stateful-workflow/http';
import { Harvest } from './harvest';
import { loadLines } from './load-lines';
import { loadList } from './load-list';
import { loadOne } from './load-one';
import { pagerFor } from './pagination/pagers';
import type { RestCursor } from './rest-cursor';
import type { RestParts } from './rest-parts';
import type { RestQuery } from './rest-query';
import { RequestMaker } from './rest-request';

/** Loads a query: one request, one that is read line by line, or one for each page of a list. */
export async function* load(
  query: RestQuery,
  parts: RestParts,
  context: LoadContext<RestCursor>,
): AsyncGenerator<Page<RestCursor>> {
  const { upstream } = query;
  const apiUrl = upstream === undefined ? context.apiUrl : parts.upstreams.url(upstream);
  const requests = new RequestMaker(query, { apiUrl, entity: context.entity });
  const { pagination, format } = query;
  if (pagination === undefined) {
    const harvest = new Harvest(query, parts, context);
    if (format === 'ndjson') yield* loadLines(query, requests, harvest, parts, context);
    else yield* loadOne(query, requests, harvest, parts, context);
    return;
  }
  const pager = pagerFor(pagination, {
    custom: parts.paginations,
    inBody: query.method === 'POST' && isObject(query.body),
  });
  const progress = context.resumeFrom?.at;
  const harvest = new Harvest(query, parts, context, progress);
  yield* loadList({ query, requests, pager, harvest, parts, context, progress });
}
