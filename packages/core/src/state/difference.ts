import type { Fields, Json } from '../contract/schema';
import { equalJson, own, setField } from './json';

/** What turns the fields of an entity into others. */
export interface Difference {
  readonly set: Fields;
  readonly unset: readonly string[];
}

/** What turns the fields of an entity, or of none, into others; `undefined` when they are equal. */
export function difference(before: Fields | undefined, after: Fields): Difference | undefined {
  if (!before) return { set: after, unset: [] };
  const set: Record<string, Json> = {};
  for (const field of Object.keys(after)) {
    const value = after[field] as Json;
    if (!equalJson(own(before, field), value)) setField(set, field, value);
  }
  const unset: string[] = [];
  for (const field of Object.keys(before)) if (!Object.hasOwn(after, field)) unset.push(field);
  return Object.keys(set).length + unset.length > 0 ? { set, unset } : undefined;
}
