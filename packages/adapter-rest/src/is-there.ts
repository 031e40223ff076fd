import type { EntityRef, LoadContext } from '@stateful-workflow/core';
import { ask } from './ask';
import { contentsOf } from './records';
import type { RestCursor } from './rest-cursor';
import type { RestParts } from './rest-parts';
import type { RestQuery } from './rest-query';
import { RequestMaker } from './rest-request';
import { isTombstone } from './tombstone';

const GONE = [404, 410];

/**
 * Asks for a record of a list by itself.
 *
 * @returns `undefined` where the query does not say how
 */
export async function isThere(
  { item, headers, values, upstream, tombstone }: RestQuery,
  { id }: EntityRef,
  parts: RestParts,
  context: LoadContext<RestCursor>,
): Promise<boolean | undefined> {
  if (item === undefined) return undefined;
  const apiUrl = upstream === undefined ? context.apiUrl : parts.upstreams.url(upstream);
  const query: RestQuery = { ...item, headers, values: { ...values, item: id } };
  const request = new RequestMaker(query, { apiUrl, entity: context.entity }).make();
  const accept = (status: number): boolean => GONE.includes(status);
  const answer = await ask(parts.client, context, request, {}, context.signal, accept);
  if (accept(answer.status)) return false;
  const [record] = contentsOf(answer, query, parts).records;
  return tombstone === undefined || !isTombstone(record, tombstone, answer.request);
}
