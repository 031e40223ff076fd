import type { Fields, Json } from '../contract/schema';

/** Whether two JSON values are equal. A key that holds `undefined` equals an absent one. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return Number.isNaN(a) && Number.isNaN(b);
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, i) => equalJson(item, b[i]))
    );
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key of Object.keys(left)) {
    if (!equalJson(left[key], Object.hasOwn(right, key) ? right[key] : undefined)) return false;
  }
  for (const key of Object.keys(right)) {
    if (right[key] !== undefined && !Object.hasOwn(left, key)) return false;
  }
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

/** Sets a field of a fresh object; `__proto__` becomes a field, not the prototype. */
export function setField(fields: Record<string, Json>, key: string, value: Json): void {
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
  if (fields !== undefined) for (const key of Object.keys(fields)) setField(copy, key, fields[key] as Json);
  return copy;
}

/** The value at a key that is the object's own: what JSON brings has a prototype, with keys of its own. */
export function own<T>(object: { readonly [key: string]: T } | undefined, key: string): T | undefined {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Merges plain objects key by key; everything else is replaced. Keeps `held` where nothing differs. */
export function mergeJson(held: Json | undefined, given: Json): Json {
  if (!isPlainObject(held) || !isPlainObject(given))
    return held !== undefined && equalJson(held, given) ? held : given;
  let merged: Record<string, Json> | undefined;
  for (const [key, value] of Object.entries(given)) {
    const before = own(held, key);
    const after = mergeJson(before, value);
    if (after !== before) setField((merged ??= { ...held }), key, after);
  }
  return merged ?? held;
}

/** Reads a value through a two-level table, making the inner table when asked to. */
export function inner<T>(tables: Record<string, Record<string, T>>, name: string): Record<string, T> {
  return (tables[name] ??= table<T>());
}
