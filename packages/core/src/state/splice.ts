import type { Splice } from '../contract/load';
import type { Json } from '../contract/schema';
import { equalJson } from './json';

/** The one edit that turns a list into another: what lies between their common start and end. */
export function spliceOf(before: readonly Json[], after: readonly Json[]): Splice {
  let start = 0;
  while (start < before.length && start < after.length && equalJson(before[start], after[start])) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && equalJson(before[before.length - 1 - end], after[after.length - 1 - end])) end++;
  return [start, before.length - start - end, after.slice(start, after.length - end)];
}

/** Applies a {@link spliceOf} edit. */
export function applySplice(list: readonly Json[], [start, remove, insert]: Splice): readonly Json[] {
  return [...list.slice(0, start), ...insert, ...list.slice(start + remove)];
}
