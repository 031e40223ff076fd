import { InvalidInputError, type PartialError } from '@stateful-workflow/core';
import { at, END, HttpError, isObject, kindOf, type Onward } from '@stateful-workflow/http';
import type { Completer } from './completer';
import { nodeFields, readConnection } from './connection-page';
import { type GraphqlAnswer, partialErrors } from './graphql-errors';
import type { GraphqlQuery } from './graphql-query';
import { nextPage } from './next-page';
import type { Target } from './target';
import type { Variables } from './variables';

/** What an answer leads to. */
export interface Read {
  readonly records: readonly unknown[];
  readonly partial: readonly PartialError[];
}

/** One page, as read from an answer. */
export interface ReadPage extends Read {
  /** What it says of the next one, by its variables. */
  readonly onward: Onward<Variables>;
}

/**
 * Reads the page that an answer is, and what it says of the next.
 *
 * @param seen how many records came before
 */
export async function readPage(
  query: GraphqlQuery,
  target: Target,
  answer: GraphqlAnswer,
  { position, seen }: { readonly position: Variables; readonly seen: number },
  completer: Completer,
): Promise<ReadPage> {
  const { path, shape } = target;
  const { data, request } = answer;
  const value = at(data, path.join('.'));
  if (shape.connection === undefined || value === null || value === undefined) {
    const read = await readWhole(query, target, answer, completer);
    const records = Array.isArray(value) ? (value as readonly unknown[]) : [];
    const page = { data, position, records, seen: seen + records.length, request };
    return { ...read, onward: nextPage(query, page) };
  }
  const { after } = shape.connection;
  const from = after === undefined ? undefined : position[after];
  const { nodes, next } = readConnection(value, shape, path.join('.'), from);
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
    partial: [...partialErrors(answer.errors), ...completer.partialErrors],
    onward: next === undefined || after === undefined ? END : { says: 'more', next: { [after]: next } },
  };
}

/** Reads all that an answer leads to: an object is one record, a list or a connection many. */
export async function readWhole(
  { errorPolicy = 'none' }: Pick<GraphqlQuery, 'errorPolicy'>,
  { path, shape }: Target,
  { data, errors, request }: GraphqlAnswer,
  completer: Completer,
): Promise<Read> {
  const value = at(data, path.join('.'));
  const place = path.join('.');
  const missing: PartialError[] = [];
  const partial = (): readonly PartialError[] => [
    ...partialErrors(errors),
    ...missing,
    ...completer.partialErrors,
  ];
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
  const records = [at(whole, shape.key)].flat() as readonly unknown[];
  if (records.every((record) => record !== null)) return { records, partial: partial() };
  for (const [i, record] of records.entries()) {
    if (record !== null) continue;
    if (errorPolicy === 'none') throw nullItem(request, `${place}[${i}]`);
    // An error of the answer may have told of it already.
    if (errors.length === 0) missing.push({ message: 'the item is null', path: `${place}.${i}` });
  }
  return { records: records.filter((record) => record !== null), partial: partial() };
}

const nullItem = (request: string, place: string): InvalidInputError =>
  new InvalidInputError(
    'items',
    `${request} answered null at "${place}" where a record is expected`,
    'Set errorPolicy: "all" to take the others and have the load count as partial',
  );

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
