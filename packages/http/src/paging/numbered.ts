import type { Json } from '@stateful-workflow/core';
import { isObject } from '../values';

/** Parameters that count pages or records. */
const COUNTING =
  /^(\$?skip|offset|start|start_?(at|index)|from|first_?result|p|pg|page|(current_?)?page_?(no|num|number|index)?|page\[(number|offset)\])$/i;

/** Parameters that name a record or a moment, which may well be numbers. */
const NAMING = /id$|after|before|since|last|token|key|time|date|seq/i;

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
    if (was === value || !/^\d+$/.test(value)) continue;
    if (COUNTING.test(name) || (!NAMING.test(name) && goesOnBy(was, value, size))) return true;
  }
  const [before, after] = [from.pathname.split('/'), to.pathname.split('/')];
  return (
    before.length === after.length &&
    after.some((part, i) => part !== before[i] && /^\d+$/.test(part) && goesOnBy(before[i], part, size))
  );
}

/**
 * Whether a cursor is a number of records in disguise.
 *
 * @param from the cursor that the page was asked for with
 * @param records of that page: a cursor that is in its last record names that record
 */
export function isNumberedCursor(from: Json | undefined, next: Json, records: readonly unknown[]): boolean {
  if (typeof next !== 'string' && typeof next !== 'number') return false;
  const text = String(next);
  if (/^\d+$/.test(text)) {
    const last = records.at(-1);
    const isName = isObject(last) && Object.values(last).some((value) => String(value) === text);
    return !isName && records.length > 1 && Number(text) - Number(from ?? 0) === records.length;
  }
  const decoded = /^[A-Za-z0-9+/_-]{4,}={0,2}$/.test(text)
    ? Buffer.from(text, 'base64').toString('latin1')
    : '';
  return COUNTED.test(decoded);
}

/** Whether a number is that of the next page, or of the next record. */
function goesOnBy(was: string | null | undefined, value: string, size: number): boolean {
  if (was === undefined || was === null || !/^\d+$/.test(was)) return Number(value) === size;
  const by = Number(value) - Number(was);
  return by === 1 || (by === size && size > 0);
}
