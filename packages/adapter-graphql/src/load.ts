import { isDeepStrictEqual } from 'node:util';
import {
  InvalidInputError,
  type Json,
  type LoadContext,
  type Page,
  type PartialError,
} from '@stateful-workflow/core';
import { HttpError } from '@stateful-workflow/http';
import { at, isObject, kindOf } from './at';
import type { CheckedDocument } from './check-document';
import { Completer } from './completer';
import { nodeFields, readConnection } from './connection-page';
import { endpointOf } from './endpoint';
import { type GraphqlAnswer, partialErrors } from './graphql-errors';
import type { GraphqlCursor, GraphqlOperation, GraphqlQuery } from './graphql-query';
import { Incremental } from './incremental';
import { Session, type Shared } from './session';
import { type Target, targetOf } from './target';
import { fillVariables, type Variables } from './variables';

/** What loads need. */
export interface LoadParts extends Shared {
  readonly documentOf: (operation: GraphqlOperation) => CheckedDocument;
}

const DEFAULT_MAX_RECORDS = 100_000;

/** One page, as read from an answer. */
interface Read {
  readonly records: readonly unknown[];
  readonly partial: readonly PartialError[];
  /** The variables of the next page, if there is one. */
  readonly next?: Variables;
}

/** Loads a query, page by page. */
export async function* loadPages(
  parts: LoadParts,
  query: GraphqlQuery,
  context: LoadContext<GraphqlCursor>,
): AsyncGenerator<Page<GraphqlCursor>> {
  context.signal.throwIfAborted();
  const session = new Session(parts, query, endpointOf(query, context.apiUrl), context);
  const { maxRecords = DEFAULT_MAX_RECORDS, errorPolicy } = query;
  const incremental =
    query.incremental && new Incremental(query.incremental, context.checkpoint?.cursor, Date.now());
  const fixed = { ...fillVariables(query.variables ?? {}, context.entity), ...incremental?.variables };
  const document = parts.documentOf(query);
  const target = targetOf(document, query.items);
  const resumed = context.resumeFrom?.page;
  let position: Variables = resumed ?? {};
  let isWhole = resumed === undefined && (incremental?.isSweep ?? true);
  let isPartial = false;
  let count = 0;
  let before: readonly unknown[] | undefined;
  for (let isFirst = true; ; isFirst = false) {
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
    const completer = new Completer(session, document, variables);
    const read = await readPage(query, target, answer as GraphqlAnswer, position, completer);
    if (read.next !== undefined && before !== undefined && isDeepStrictEqual(before, read.records))
      throw isRepeated(query);
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
    isWhole &&= !isPartial;
    const isLast = read.next === undefined;
    if (!isLast) context.heartbeat({ page: read.next });
    else context.heartbeat({ page: position });
    const news = incremental === undefined ? records : incremental.take(records);
    yield {
      records: news,
      complete: isLast && isWhole,
      ...(isLast && !isPartial && incremental && resumed === undefined && { cursor: incremental.cursor }),
      ...(partial.length > 0 && errorPolicy !== 'ignore' && { partialErrors: partial }),
    };
    context.signal.throwIfAborted();
    if (read.next === undefined) return;
    position = read.next;
  }
}

/** Reads the page that an answer is, and what it says of the next. */
async function readPage(
  query: GraphqlQuery,
  target: Target,
  answer: GraphqlAnswer,
  position: Variables,
  completer: Completer,
): Promise<Read> {
  const { path, shape } = target;
  const value = at(answer.data, path.join('.'));
  const errors = partialErrors(answer.errors);
  if (shape.connection === undefined || value === null || value === undefined) {
    const { records, partial } = await readWhole(target, answer, completer);
    const size = Array.isArray(value) ? value.length : 0;
    return { records, partial, next: nextPage(query, answer.data, position, size) };
  }
  const { after } = shape.connection;
  const from = after === undefined ? undefined : position[after];
  const { nodes, next } = readConnection(value, shape.connection, path.join('.'), from);
  const records = await completer.completeAll(nodes, nodeFields(shape), { path, inList: true });
  if (next !== undefined && after === undefined) {
    throw new InvalidInputError(
      'document',
      `the connection "${path.join('.')}" has more than one page, and no variable says where the next one begins`,
      'Give it the argument after: $after, and the query the variable $after: String',
    );
  }
  return {
    records,
    partial: [...errors, ...completer.partialErrors],
    ...(next !== undefined && after !== undefined && { next: { [after]: next } }),
  };
}

/** Reads all that an answer leads to: an object is one record, a list or a connection many. */
async function readWhole(
  { path, shape }: Target,
  { data, errors, request }: GraphqlAnswer,
  completer: Completer,
): Promise<Read> {
  const value = at(data, path.join('.'));
  const place = path.join('.');
  const partial = (): readonly PartialError[] => [...partialErrors(errors), ...completer.partialErrors];
  if (value === null || value === undefined) {
    if (errors.length > 0) return { records: [], partial: partial() };
    // Never taken for an empty list: absence can mean deletion.
    throw new HttpError(
      { type: 'rule', kind: 'gone' },
      `${request} answered ${kindOf(value)} at "${place}", where the records are. Check the variables, or whether the record was deleted.`,
    );
  }
  if (shape.connection === undefined && !isObject(value) && !Array.isArray(value)) {
    throw new InvalidInputError(
      'items',
      `${request} answered ${kindOf(value)} at "${place}" where a record (an object), a list or a connection is expected`,
      'Set items to the dotted path of the records in the data',
    );
  }
  const holder = new Map([[shape.key, shape]]);
  const whole = await completer.complete({ [shape.key]: value }, holder, {
    path: path.slice(0, -1),
    inList: false,
  });
  return { records: [at(whole, shape.key)].flat(), partial: partial() };
}

/** The variables of the next page of a list that is no connection. */
function nextPage(
  { pagination }: GraphqlQuery,
  data: unknown,
  position: Variables,
  size: number,
): Variables | undefined {
  if (pagination === undefined) return undefined;
  const { type, variable, hasMore } = pagination;
  if (hasMore !== undefined) {
    const more = at(data, hasMore);
    if (typeof more !== 'boolean')
      throw new InvalidInputError(
        'pagination.hasMore',
        `the answer has ${kindOf(more)} at "${hasMore}" where true or false is expected`,
        'Set hasMore to the dotted path of the boolean in the data, or leave it out if there is none',
      );
    if (!more) return undefined;
  }
  if (type === 'offset') {
    const offset = Number(position[variable] ?? 0) + size;
    const total = pagination.total === undefined ? undefined : at(data, pagination.total);
    if (size === 0 || (typeof total === 'number' && offset >= total)) return undefined;
    return { [variable]: offset };
  }
  const next = at(data, pagination.next) as Json | undefined;
  if (next === undefined || next === null || next === '') return undefined;
  if (isDeepStrictEqual(next, position[variable])) {
    throw new InvalidInputError(
      'pagination',
      `the answer names the cursor that it was asked with as the next, so it would never end`,
      `Check that the document uses the variable $${variable}, and that next is the path of the next cursor`,
    );
  }
  return { [variable]: next };
}

function isRepeated({ pagination }: GraphqlQuery): InvalidInputError {
  const name = pagination?.variable ?? 'after';
  return new InvalidInputError(
    'document',
    'two pages of the list are the same, and more are promised: the API ignores where the page is to begin',
    `Check that the document uses the variable $${name}`,
  );
}

/** The records of two documents of one load: of two single records one, of two lists one list. */
function joined({ path }: Target, some: readonly unknown[], others: readonly unknown[]): readonly unknown[] {
  const [one, other] = [some[0], others[0]];
  if (some.length !== 1 || others.length !== 1 || !isObject(one) || !isObject(other))
    return [...some, ...others];
  if (one.id !== undefined && other.id !== undefined && one.id !== other.id && path.length > 0)
    return [...some, ...others];
  return [{ ...one, ...other }];
}
