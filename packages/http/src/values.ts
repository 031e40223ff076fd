/**
 * What stands in a value at a dotted path, such as `customer.tickets`, or `undefined`. A key that holds dots itself is
 * written as it is, at any depth: `@odata.nextLink`, `fields.System.ChangedDate`. Where a path can be read in two ways,
 * the longest key counts.
 */
export function at(data: unknown, path: string): unknown {
  if (typeof data !== 'object' || data === null) return undefined;
  if (Object.hasOwn(data, path)) return (data as Record<string, unknown>)[path];
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const key = path.slice(0, dot);
    if (!Object.hasOwn(data, key)) continue;
    const found = at((data as Record<string, unknown>)[key], path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a value is, for a message: `a list`, `a number`. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Whether something is an object and no list. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
