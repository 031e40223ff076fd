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
    const path = (issue?.path ?? []).map((key) => String(typeof key === 'object' ? key.key : key)).join('.');
    const where = path === '' ? `record ${i}` : `${path} of record ${i}`;
    if (invalid === 'fail')
      throw new InvalidInputError(
        'schema',
        `${where} of ${request} does not fit the schema "${name}"`,
        'Correct the schema, or have the source skip such records with invalid: "skip"',
        'RECORD_INVALID',
      );
    skipped.push({ message: `Skipped, since it does not fit the schema "${name}"`, path: where });
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
