import { isDeepStrictEqual } from 'node:util';
import {
  checkRecords,
  type RecordSchemas,
  UnreadSigns,
  type Upstreams,
  Visited,
} from '@stateful-workflow/http';
import { InvalidInputError, type LoadContext, type Page } from '@stateful-workflow/core';
import type { GraphQLSchema } from 'graphql';
import type { CheckedDocument } from './check-document';
import { Completer } from './completer';
import { endpointOf } from './endpoint';
import type { GraphqlAnswer } from './graphql-errors';
import type { GraphqlCursor, GraphqlOperation, GraphqlQuery } from './graphql-query';
import { Incremental } from './incremental';
import { placesOf, sawEnvelope } from './list-envelope';
import { isNamedEnd, isNumbered, isPlacedEnd, repeatedPage, totalOf } from './next-page';
import { joined, readPage, readWhole } from './read-page';
import { Session, type Shared } from './session';
import { targetOf } from './target';
import { type Declared, fillVariables, type Variables } from './variables';

/** What loads need. */
export interface LoadParts extends Shared, RecordSchemas {
  readonly documentOf: (operation: GraphqlOperation) => CheckedDocument;
  readonly upstreams: Upstreams;
  /** The API's schema, where it is known. */
  readonly schema?: GraphQLSchema;
}

/** What the variables of a document are declared to be. */
const declared = ({ schema }: LoadParts, { operation }: CheckedDocument): Declared => ({
  definitions: operation.variableDefinitions ?? [],
  ...(schema && { schema }),
});

const DEFAULT_MAX_RECORDS = 1_000_000;

/** Loads a query, page by page. */
export async function* loadPages(
  parts: LoadParts,
  query: GraphqlQuery,
  context: LoadContext<GraphqlCursor>,
): AsyncGenerator<Page<GraphqlCursor>> {
  context.signal.throwIfAborted();
  const session = new Session(parts, query, endpointOf(query, context.apiUrl, parts.upstreams), context);
  const { maxRecords = DEFAULT_MAX_RECORDS, errorPolicy } = query;
  const resumed = context.resumeFrom?.at;
  const incremental =
    query.incremental && new Incremental(query.incremental, context.checkpoint?.cursor, Date.now(), resumed);
  const document = parts.documentOf(query);
  const follow = { followUp: query.followUp, schema: parts.schema };
  const fixed = {
    ...fillVariables(query.variables ?? {}, context.entity, declared(parts, document)),
    ...incremental?.variables,
  };
  const target = targetOf(document, query.items);
  let position: Variables = resumed?.page ?? {};
  let isPartial = resumed?.partial ?? false;
  let count = resumed?.records ?? 0;
  let before: readonly unknown[] | undefined;
  // Of a list whose pages may have shifted while it waited for another attempt, nothing is proven.
  let drifts = resumed?.drifts ?? (resumed !== undefined && query.pagination?.type === 'offset');
  const unread = new UnreadSigns([...(query.ignoreSigns ?? []), ...placesOf(query, document)]);
  const visited = new Visited('Check that the document uses the variable of the next page');
  for (let isFirst = resumed === undefined; ; isFirst = false) {
    const variables = { ...fixed, ...position };
    const also = isFirst ? (query.also ?? []) : [];
    const others = also
      .map((operation) => ({ operation, other: parts.documentOf(operation) }))
      .map(({ operation, other }) => ({
        operation,
        document: other,
        variables: fillVariables(operation.variables ?? {}, context.entity, declared(parts, other)),
      }));
    const [answer, ...answers] = await session.ask([
      { text: document.text, variables },
      ...others.map((other) => ({ text: other.document.text, variables: other.variables })),
    ]);
    const given = answer as GraphqlAnswer;
    incremental?.answered(given.headers['date']);
    const completer = new Completer(session, document, variables, follow);
    const read = await readPage(query, target, given, { position, seen: count }, completer);
    const next = read.onward.says === 'end' ? undefined : read.onward.next;
    if (next !== undefined && read.records.length > 0 && isDeepStrictEqual(before, read.records))
      throw repeatedPage(query);
    visited.go(position, next, given.request);
    const isList = sawEnvelope(unread, given, target, document, totalOf(query, given.data));
    if (next === undefined && isList) unread.checkAnswers(given.request);
    if (next === undefined && isList && !isNamedEnd(query))
      unread.checkEnd({
        read: resumed === undefined ? { records: count + read.records.length, pages: 1 } : undefined,
        request: given.request,
        why: query.pagination
          ? `ends it there by its "${query.pagination.type}" pagination`
          : 'has no pagination',
        isPlaced: isPlacedEnd(query, position),
      });
    if (next !== undefined) drifts ||= isNumbered(query, position, next, read.records);
    drifts ||= unread.hasMoved;
    if (drifts) incremental?.drifted(unread.hasMoved);
    before = read.records;
    let { records } = read;
    const partial = [...read.partial];
    for (const [i, other] of others.entries()) {
      const added = new Completer(session, other.document, other.variables, follow);
      const place = targetOf(other.document, other.operation.items);
      const whole = await readWhole(query, place, answers[i] as GraphqlAnswer, added);
      const signs = new UnreadSigns(query.ignoreSigns);
      if (sawEnvelope(signs, answers[i] as GraphqlAnswer, place, other.document)) {
        signs.checkAnswers(given.request);
        signs.checkEnd({
          read: { records: whole.records.length, pages: 1 },
          request: given.request,
          why: 'reads it in one request of "also"',
        });
      }
      records = joined(target, records, whole.records);
      partial.push(...whole.partial);
    }
    count += records.length;
    if (count > maxRecords) {
      throw new InvalidInputError(
        'maxRecords',
        `the source has more than ${maxRecords} records, and a load never cuts them short`,
        'Raise maxRecords, or narrow the query',
      );
    }
    // As they came: what a schema makes of a record may have lost what says that it changed.
    const news = incremental?.take(records) ?? records;
    const checked = await checkRecords(news, query, parts, given.request, context);
    partial.push(...checked.skipped);
    isPartial ||= partial.length > 0;
    const complete = next === undefined && !isPartial && (incremental?.isSweep ?? true);
    if (next === undefined && incremental?.hasNoField === true)
      context.log.warn('No record has the field that says what changed: every load is one of everything.', {
        field: query.incremental?.field,
      });
    // None for the last page: an attempt that took it up there would have nothing left to do, and prove nothing.
    if (next !== undefined) {
      const soFar = {
        ...(isPartial && { partial: true as const }),
        ...(drifts && { drifts: true as const }),
      };
      context.heartbeat({
        at: { page: next, records: count, ...soFar, ...incremental?.progress },
      });
    }
    yield {
      records: checked.records,
      complete: complete && !(drifts && resumed !== undefined),
      ...(complete && drifts && resumed === undefined && { drifts: true as const }),
      ...(next === undefined && !isPartial && incremental && { cursor: incremental.cursor }),
      ...(partial.length > 0 && errorPolicy !== 'ignore' && { partialErrors: partial }),
    };
    context.signal.throwIfAborted();
    if (next === undefined) return;
    position = next;
  }
}
