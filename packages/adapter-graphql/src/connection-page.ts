import { at, isObject, kindOf } from '@stateful-workflow/http';
import { InvalidInputError, type Json } from '@stateful-workflow/core';
import type { Connection, FieldShape } from './field-shape';

/** A page of a connection, as it came. */
export interface ConnectionPage {
  readonly nodes: readonly unknown[];
  /** Where the next page begins, if there is one. */
  readonly next?: Json;
}

/**
 * Reads a page of a connection.
 *
 * @param place names it in errors: `customer.tickets`
 * @param from the cursor that it was asked for with
 * @throws InvalidInputError when it is not what a connection is, or when it begins where it began
 */
export function readConnection(
  value: unknown,
  { style }: Connection,
  place: string,
  from: Json | undefined,
): ConnectionPage {
  const list = at(value, style);
  if (!Array.isArray(list)) {
    throw new InvalidInputError(
      'items',
      `the answer has ${kindOf(list)} at "${place}.${style}" where a list is expected`,
      'Check what the API answers there',
    );
  }
  // An edge or a node may be null where the schema allows it: there is nothing to take then.
  const nodes = (list as readonly unknown[])
    .map((part) => (style === 'edges' ? at(part, 'node') : part))
    .filter((node) => node !== null && node !== undefined);
  if (at(value, 'pageInfo.hasNextPage') !== true) return { nodes };
  const next = at(value, 'pageInfo.endCursor');
  if (typeof next !== 'string' || next === '' || next === from) {
    throw new InvalidInputError(
      'document',
      `the connection "${place}" says that there is another page and ${next === from ? 'gives the cursor of this one again' : 'gives no cursor for it'}, so it would never end`,
      'Check that the cursor goes into its "after" argument, or have the API corrected',
    );
  }
  return { nodes, next };
}

/** The fields of a connection's nodes. */
export function nodeFields({ children, connection }: FieldShape): ReadonlyMap<string, FieldShape> {
  const holder =
    connection?.style === 'edges' ? children.get('edges')?.children.get('node') : children.get('nodes');
  return holder?.children ?? new Map<string, FieldShape>();
}

/** What is kept of a record besides the connections in it: a shallow copy, if it is an object. */
export const copyOf = (value: unknown): unknown => (isObject(value) ? { ...value } : value);
