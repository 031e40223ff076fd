import { isDeepStrictEqual } from 'node:util';
import { InvalidInputError, type LoadContext, type Page } from '@stateful-workflow/core';
import type { CheckedDocument } from './check-document';
import { Completer } from './completer';
import { endpointOf } from './endpoint';
import type { GraphqlAnswer } from './graphql-errors';
import type { GraphqlCursor, GraphqlOperation, GraphqlQuery } from './graphql-query';
import { Incremental } from './incremental';
import { repeatedPage } from './next-page';
import { joined, readPage, readWhole } from './read-page';
import { Session, type Shared } from './session';
import { targetOf } from './target';
import { fillVariables, type Variables } from './variables';

/** What loads need. */
export interface LoadParts extends Shared {
  readonly documentOf: (operation: GraphqlOperation) => CheckedDocument;
}

const DEFAULT_MAX_RECORDS = 1_000_000;

/** Loads a query, page by page. */
export async function* loadPages(
  parts: LoadParts,
  query: GraphqlQuery,
  context: LoadContext<GraphqlCursor>,
): AsyncGenerator<Page<GraphqlCursor>> {
  context.signal.throwIfAborted();
  const session = new Session(parts, query, endpointOf(query, context.apiUrl), context);
  const { maxRecords = DEFAULT_MAX_RECORDS, errorPolicy } = query;
  const resumed = context.resumeFrom?.at;
  const incremental =
    query.incremental && new Incremental(query.incremental, context.checkpoint?.cursor, Date.now(), resumed);
  const fixed = { ...fillVariables(query.variables ?? {}, context.entity), ...incremental?.variables };
  const document = parts.documentOf(query);
  const target = targetOf(document, query.items);
  let position: Variables = resumed?.page ?? {};
  let isPartial = resumed?.partial ?? false;
  let count = resumed?.records ?? 0;
  let before: readonly unknown[] | undefined;
  for (let isFirst = resumed === undefined; ; isFirst = false) {
    const variables = { ...fixed, ...position };
    const also = isFirst ? (query.also ?? []) : [];
    const others = also.map((operation) => ({
      operation,
      document: parts.documentOf(operation),
      variables: fillVariables(operation.variables ?? {}, context.entity),
    }));
    const [answer, ...answers] = await session.ask([
      { text: document.text, variables },
      ...others.map((other) => ({ text: other.document.text, variables: other.variables })),
    ]);
    incremental?.answered((answer as GraphqlAnswer).headers['date']);
    const completer = new Completer(session, document, variables);
    const read = await readPage(query, target, answer as GraphqlAnswer, position, completer);
    if (read.next !== undefined && before !== undefined && isDeepStrictEqual(before, read.records))
      throw repeatedPage(query);
    before = read.records;
    let { records } = read;
    const partial = [...read.partial];
    for (const [i, other] of others.entries()) {
      const added = new Completer(session, other.document, other.variables);
      const place = targetOf(other.document, other.operation.items);
      const given = await readWhole(place, answers[i] as GraphqlAnswer, added);
      records = joined(target, records, given.records);
      partial.push(...given.partial);
    }
    count += records.length;
    if (count > maxRecords) {
      throw new InvalidInputError(
        'maxRecords',
        `the source has more than ${maxRecords} records, and a load never cuts them short`,
        'Raise maxRecords, or narrow the query',
      );
    }
    isPartial ||= partial.length > 0;
    const isLast = read.next === undefined;
    // None for the last page: an attempt that took it up there would have nothing left to do, and prove nothing.
    const news = incremental === undefined ? records : incremental.take(records);
    if (read.next !== undefined) {
      const partialSoFar = isPartial && { partial: true as const };
      context.heartbeat({
        at: { page: read.next, records: count, ...partialSoFar, ...incremental?.progress },
      });
    }
    yield {
      records: news,
      complete: isLast && !isPartial && (incremental?.isSweep ?? true),
      ...(isLast && !isPartial && incremental && { cursor: incremental.cursor }),
      ...(partial.length > 0 && errorPolicy !== 'ignore' && { partialErrors: partial }),
    };
    context.signal.throwIfAborted();
    if (read.next === undefined) return;
    position = read.next;
  }
}
