import type { StandardSchemaV1 } from '@standard-schema/spec';
import { PostgresFault } from './postgres-fault';

/** Checks records, and gives them as the schema makes them. @param before how many came before these */
export type Validate = (records: readonly unknown[], before: number) => Promise<unknown[]>;

/** The check of a row schema. @throws PostgresFault `invalid` when nobody registered it */
export function rowValidator(name: string, schemas: { readonly [name: string]: StandardSchemaV1 }): Validate {
  const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
  if (schema === undefined) {
    const known = Object.keys(schemas).join(', ') || 'none';
    throw new PostgresFault(
      'invalid',
      `The source names the row schema "${name}", which this worker does not have; registered: ${known}. Add it to schemas of postgresAdapter() on the worker.`,
    );
  }
  return async (records, before) => {
    const valid: unknown[] = [];
    for (const [i, record] of records.entries()) {
      const given = schema['~standard'].validate(record);
      // Nearly all schemas answer at once, and a wait for each of a million rows is long.
      const result = given instanceof Promise ? await given : given;
      if (result.issues !== undefined) throw misfit(name, before + i, result.issues);
      valid.push(result.value);
    }
    return valid;
  };
}

function misfit(name: string, index: number, issues: readonly StandardSchemaV1.Issue[]): PostgresFault {
  const fields = issues.slice(0, 5).map(({ path = [], message }) => {
    const field = path.map((key) => String(typeof key === 'object' ? key.key : key)).join('.');
    return field === '' ? message : `${field}: ${message}`;
  });
  return new PostgresFault(
    'invalid',
    `Row ${index} does not fit the row schema "${name}" (${fields.join('; ')}). Correct the row, the statement or the schema.`,
  );
}
