import { at, kindOf } from '@stateful-workflow/http';
import { InvalidInputError, type Json } from '@stateful-workflow/core';
import { type FieldShape, infoOf, nodesOf } from './field-shape';

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
  { children }: FieldShape,
  place: string,
  from: Json | undefined,
): ConnectionPage {
  const { list: holder, node } = nodesOf(children) ?? {};
  const { hasNextPage = '', endCursor = '' } = infoOf(children) ?? {};
  const key = holder?.key ?? '';
  const list = at(value, key);
  if (!Array.isArray(list)) {
    throw new InvalidInputError(
      'items',
      `the answer has ${kindOf(list)} at "${place}.${key}" where a list is expected`,
      'Check what the API answers there',
    );
  }
  // An edge or a node may be null where the schema allows it: there is nothing to take then.
  const nodes = (list as readonly unknown[])
    .map((part) => (node === undefined ? part : at(part, node.key)))
    .filter((node) => node !== null && node !== undefined);
  const more = at(value, hasNextPage);
  if (typeof more !== 'boolean') {
    throw new InvalidInputError(
      'document',
      `the answer has ${kindOf(more)} at "${place}.${hasNextPage}" where true or false is expected, so nobody knows whether there is another page`,
      'Have the API corrected; or ask for the list in another way, with pagination',
    );
  }
  if (!more) return { nodes };
  const next = at(value, endCursor);
  if ((typeof next !== 'string' && typeof next !== 'number') || next === '' || next === from) {
    throw new InvalidInputError(
      'document',
      `the connection "${place}" says that there is another page and ${next === from ? 'gives the cursor of this one again' : 'gives no cursor for it'}, so it would never end`,
      'Check that the cursor goes into its "after" argument, or have the API corrected',
    );
  }
  return { nodes, next };
}

/** The fields of a connection's nodes. */
export function nodeFields({ children }: FieldShape): ReadonlyMap<string, FieldShape> {
  const { list, node } = nodesOf(children) ?? {};
  return (node ?? list)?.children ?? new Map<string, FieldShape>();
}
