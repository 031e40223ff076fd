import { createGraphQLError } from 'graphql-yoga';
import { type Placed } from './desk-records';

/** The arguments of a Relay connection. */
export interface ConnectionArgs {
  readonly first?: number | null;
  readonly after?: string | null;
}

const maxPage = 100;

/** A page of a list, as a Relay connection. */
export function connection<T>(all: readonly Placed<T>[], { first, after }: ConnectionArgs) {
  const size = sizeOf(first);
  const from = after === undefined || after === null ? 0 : placeOf(after);
  const rest = all.filter(({ place }) => place > from);
  const page = rest.slice(0, size);
  return {
    edges: page.map(({ place, record }) => ({ cursor: cursorOf(place), node: record })),
    nodes: page.map(({ record }) => record),
    totalCount: all.length,
    pageInfo: {
      hasNextPage: rest.length > page.length,
      endCursor: page.length === 0 ? null : cursorOf(page.at(-1)?.place ?? 0),
    },
  };
}

/** How large a page is; a page that is asked for too large is an error of the client. */
export function sizeOf(first: number | null | undefined): number {
  const size = first ?? 20;
  if (size >= 1 && size <= maxPage) return size;
  throw badInput(`A page has 1 to ${maxPage} records.`);
}

export const cursorOf = (place: number): string => Buffer.from(`place:${place}`).toString('base64url');

/** Where a cursor points. */
export function placeOf(cursor: string): number {
  const place = /^place:(\d+)$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (place === undefined) throw badInput('The cursor is not one of this list.');
  return Number(place);
}

const badInput = (message: string): Error =>
  createGraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
