import type { Fields, Json } from '../contract/schema';

/** Something for each of some entities, by name and id. */
export type Tables<T> = { readonly [entityName: string]: { readonly [id: string]: T } };

/** Whether two JSON values are equal. A key that holds `undefined` equals an absent one. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => equalJson(item, b[i]));
  // Of what is left, only NaN can equal something.
  if (!isPlainObject(a) || !isPlainObject(b)) return Object.is(a, b);
  for (const key of Object.keys(a)) if (!equalJson(a[key], own(b, key))) return false;
  for (const key of Object.keys(b)) if (b[key] !== undefined && !Object.hasOwn(a, key)) return false;
  return true;
}

/** Whether a value is an object that JSON would write with braces. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A table without a prototype: `__proto__` and `constructor` are keys like any other. */
export function table<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}

/**
 * Sets a field of a plain object under a name that somebody else chose; `__proto__` becomes a field like any other,
 * not the prototype. What builds an object from names of others either uses this, `Object.fromEntries` or a spread,
 * which do the same, or a {@link table}.
 *
 * @see own to read it
 */
export function setField<T>(fields: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__') {
    Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    fields[key] = value;
  }
}

/**
 * A copy of an entity's fields that fields can be added to. Not a spread: V8 gives each spread object that
 * grows a hidden class of its own, and ten thousand entities would share none.
 */
export function copyFields(fields: Fields | undefined): Record<string, Json> {
  const copy: Record<string, Json> = {};
  if (fields) for (const key of Object.keys(fields)) setField(copy, key, fields[key] as Json);
  return copy;
}

/** An entity's fields without some of them. */
export function without(fields: Fields | undefined, gone: readonly string[]): Fields {
  if (fields && gone.length === 0) return fields;
  const left = copyFields(fields);
  for (const field of gone) delete left[field];
  return left;
}

/**
 * The value at a key that is the object's own. What JSON brings has a prototype: read plainly, an object of any source
 * has a `constructor`, and what is written into that changes every object of the process.
 */
export function own<T>(object: { readonly [key: string]: T } | undefined, key: string): T | undefined {
  return object && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Merges plain objects key by key; everything else is replaced. Keeps `held` where nothing differs. */
export function mergeJson(held: Json | undefined, given: Json): Json {
  if (!isPlainObject(held) || !isPlainObject(given)) return keepEqual(held, given);
  let merged: Record<string, Json> | undefined;
  for (const [key, value] of Object.entries(given)) {
    const before = own(held, key);
    const after = mergeJson(before, value);
    if (after !== before) setField((merged ??= { ...held }), key, after);
  }
  return merged ?? held;
}

/** The value that is given; the one that is held where it equals that, so that it keeps its identity. */
export function keepEqual(held: Json | undefined, given: Json): Json {
  return (equalJson(held, given) ? held : given) as Json;
}

/** Reads a value through a two-level table, making the inner table when asked to. */
export function inner<T>(tables: Record<string, Record<string, T>>, name: string): Record<string, T> {
  return (tables[name] ??= table<T>());
}

/** What a two-level table that may have come as JSON has for an entity. */
export function at<T>(tables: Tables<T> | undefined, name: string, id: string): T | undefined {
  return own(own(tables, name), id);
}

/** Goes through all that a two-level table has. With a callback, since a generator costs as much as the work. */
export function forEach<T>(
  tables: Tables<T> | undefined,
  visit: (name: string, id: string, value: T) => void,
): void {
  for (const [name, table] of Object.entries(tables ?? {}))
    for (const id of Object.keys(table)) visit(name, id, table[id] as T);
}
