import { InvalidInputError, type LoadContext, type PartialError } from '@stateful-workflow/core';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';

/** How a source has its records checked. */
export interface RecordCheck {
  /** The schema, by the name that the worker registered in `schemas`. */
  readonly schema?: string;
  /** What happens to a record that does not fit. @default 'fail' */
  readonly invalid?: 'fail' | 'skip';
}

/** Records that fit, and what does not. */
export interface CheckedRecords {
  readonly records: readonly unknown[];
  readonly skipped: readonly PartialError[];
}

/** The schemas of an adapter. */
export interface RecordSchemas {
  readonly schemas: Readonly<Record<string, StandardSchemaV1>>;
  /** Whose they are, in errors: `restAdapter`. */
  readonly adapter: string;
}

/**
 * Checks records against the schema that the query names; what the schema makes of a record takes its place.
 *
 * @param request names the request in errors
 * @throws InvalidInputError for a schema that the adapter does not have, and for a record that does not fit, unless
 *   the query skips those; it says where, and repeats no value
 */
export async function checkRecords(
  records: readonly unknown[],
  { schema: name, invalid = 'fail' }: RecordCheck,
  { schemas, adapter }: RecordSchemas,
  request: string,
  context: Pick<LoadContext, 'log' | 'metrics'>,
): Promise<CheckedRecords> {
  if (name === undefined) return { records, skipped: [] };
  const schema = named(schemas, name, { field: 'schema', option: 'schemas', adapter });
  const fitting: unknown[] = [];
  const skipped: PartialError[] = [];
  for (const [i, record] of records.entries()) {
    const result = await schema['~standard'].validate(record);
    if (result.issues === undefined) {
      fitting.push(result.value);
      continue;
    }
    const [issue] = result.issues;
    const keys = (issue?.path ?? []).map((key) => (typeof key === 'object' ? key.key : key));
    const path = keys.map(String).join('.');
    const reason = reasonOf(issue?.message, record, keys);
    const where = path === '' ? `record ${i}` : `${path} of record ${i}`;
    if (invalid === 'fail')
      throw new InvalidInputError(
        'schema',
        `${where} of ${request} does not fit the schema "${name}"${reason}`,
        'Correct the schema, or have the source skip such records with invalid: "skip"',
        'RECORD_INVALID',
      );
    skipped.push({ message: `Skipped, since it does not fit the schema "${name}"${reason}`, path: where });
  }
  if (skipped.length > 0) {
    context.metrics.count('records_skipped', skipped.length);
    const first = skipped[0]?.path;
    context.log.warn('Records that do not fit their schema were skipped', {
      schema: name,
      skipped: skipped.length,
      first,
    });
  }
  return { records: fitting, skipped };
}

/** A reason that is longer says more than what was expected. */
const LONGEST_REASON = 200;

/**
 * Why a schema refuses something, as the schema says it, to follow a sentence; nothing where that repeats some of what was
 * refused, as some validators' messages do: an error holds no value of a record.
 */
function reasonOf(message: string | undefined, record: unknown, path: readonly PropertyKey[]): string {
  const refused = path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : value,
    record,
  );
  if (!message || message.length > LONGEST_REASON) return '';
  if (repeats(message, refused) || repeats(message, record, TELLING)) return '';
  return `: ${message.replace(/\.$/, '')}`;
}

/** A shorter value of another field may stand in any message by chance. */
const TELLING = 4;

/** Whether a message holds a text or a number that is part of a value. */
function repeats(message: string, value: unknown, least = 1): boolean {
  if (typeof value === 'object' && value !== null)
    return Object.values(value).some((inner) => repeats(message, inner, least));
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return false;
  const text = String(value).toLowerCase();
  return text.length >= least && message.toLowerCase().includes(text);
}

/**
 * What the adapter knows by a name that a source has.
 *
 * @throws InvalidInputError that lists what there is
 */
export function named<T>(
  known: Readonly<Record<string, T>>,
  name: string,
  { field, option, adapter }: { readonly field: string; readonly option: string; readonly adapter: string },
): T {
  const found = Object.hasOwn(known, name) ? known[name] : undefined;
  if (found !== undefined) return found;
  const list = Object.keys(known).join(', ') || 'none';
  throw new InvalidInputError(
    field,
    `names "${name}", which the adapter does not have; there are: ${list}`,
    `Add it to the ${option} of ${adapter} on the worker`,
  );
}

/** A schema of any library that keeps to Standard Schema. */
export type StandardSchema = StandardSchemaV1;

/** Checks the option `schemas` of an adapter. */
export const schemasOption = z
  .record(
    z.string(),
    z.custom<StandardSchema>(
      (value) =>
        ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
        '~standard' in value,
      'must be a Standard Schema',
    ),
  )
  .default({});
