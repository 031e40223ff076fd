import { InvalidInputError, type PartialError } from '@stateful-workflow/core';
import { at, HttpError, isObject, kindOf } from '@stateful-workflow/http';
import type { Completer } from './completer';
import { nodeFields, readConnection } from './connection-page';
import { type GraphqlAnswer, partialErrors } from './graphql-errors';
import type { GraphqlQuery } from './graphql-query';
import { nextPage } from './next-page';
import type { Target } from './target';
import type { Variables } from './variables';

/** One page, as read from an answer. */
export interface Read {
  readonly records: readonly unknown[];
  readonly partial: readonly PartialError[];
  /** The variables of the next page, if there is one. */
  readonly next?: Variables;
}

/** Reads the page that an answer is, and what it says of the next. */
export async function readPage(
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
export async function readWhole(
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

/** The records of two documents of one load: of two single records one, of two lists one list. */
export function joined(
  { path }: Target,
  some: readonly unknown[],
  others: readonly unknown[],
): readonly unknown[] {
  const [one, other] = [some[0], others[0]];
  if (some.length !== 1 || others.length !== 1 || !isObject(one) || !isObject(other))
    return [...some, ...others];
  if (one.id !== undefined && other.id !== undefined && one.id !== other.id && path.length > 0)
    return [...some, ...others];
  return [{ ...one, ...other }];
}
