import type { Json } from '@stateful-workflow/core';
import { isObject } from '../values';

/** Parameters that count pages or records. */
const COUNTING =
  /^(\$?skip|offset|start|start_?(at|index)|from|first_?result|p|pg|page|(current_?)?page_?(no|num|number|index)?|page\[(number|offset)\])$/i;

/** Parameters that name a record or a moment, which may well be numbers. */
const NAMING = /id$|after|before|since|last|token|key|time|date|seq/i;

/** A name for a record that holds one for a number: `$skiptoken` is mostly how many are passed over. */
const SKIP_TOKEN = /skip_?token$/i;

/** Fields that have the number of the next page, or of its first record. */
const NEXT_COUNT = /(^|\.)next_?(page(_?(no|num|number|index))?|offset|skip|start)$/i;

/** What cursors look like, once decoded, that are a number of records: those of graphql-relay, and their kin. */
const COUNTED = /^(arrayconnection|offset|page|o|p)[:=]\d+$/i;

/**
 * Whether a link leads to a page by its number, or by how many records are passed over: such pages shift while records
 * come and go, whoever wrote the link.
 *
 * @param size how many records the page has that holds the link
 */
export function isNumberedLink(from: URL, to: URL, size: number): boolean {
  for (const [name, value] of to.searchParams) {
    const was = from.searchParams.get(name);
    if (was === value) continue;
    if (!/^\d+$/.test(value)) {
      if (isCounted(value)) return true;
      continue;
    }
    const isName = NAMING.test(name) && !SKIP_TOKEN.test(name);
    if (COUNTING.test(name) || (!isName && goesOnBy(was, value, size))) return true;
  }
  const [before, after] = [from.pathname.split('/'), to.pathname.split('/')];
  return (
    before.length === after.length &&
    after.some((part, i) => part !== before[i] && /^\d+$/.test(part) && goesOnBy(before[i], part, size))
  );
}

/**
 * Whether a cursor is a number of records or pages in disguise.
 *
 * @param from the cursor that the page was asked for with
 * @param records of that page: a cursor that is in its last record names that record
 * @param names of the parameter that takes it, and of the place that it comes from
 */
export function isNumberedCursor(
  from: Json | undefined,
  next: Json,
  records: readonly unknown[],
  names: readonly string[] = [],
): boolean {
  if (isObject(next)) return countsPages(next);
  if (typeof next !== 'string' && typeof next !== 'number') return false;
  const text = String(next);
  if (!/^\d+$/.test(text)) return isCounted(text);
  if (names.some((name) => COUNTING.test(name) || NEXT_COUNT.test(name))) return true;
  const last = records.at(-1);
  if (isObject(last) && Object.values(last).some((value) => String(value) === text)) return false;
  return records.length > 1 && Number(text) - Number(from ?? 0) === records.length;
}

/** Whether a cursor says, in itself or once decoded, how many records or pages come before it. */
function isCounted(text: string): boolean {
  const isBase64 = /^[A-Za-z0-9+/_-]{4,}={0,2}$/.test(text);
  const decoded = isBase64 ? Buffer.from(text, 'base64').toString('latin1') : text;
  if (COUNTED.test(decoded)) return true;
  try {
    const value = JSON.parse(decoded) as unknown;
    return isObject(value) && countsPages(value);
  } catch {
    return false;
  }
}

const countsPages = (cursor: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(cursor).some(([name, value]) => COUNTING.test(name) && /^\d+$/.test(String(value)));

/** Whether a number is that of the next page, or of the next record. */
function goesOnBy(was: string | null | undefined, value: string, size: number): boolean {
  if (was === undefined || was === null || !/^\d+$/.test(was)) return Number(value) === size;
  const by = Number(value) - Number(was);
  return by === 1 || (by === size && size > 0);
}
