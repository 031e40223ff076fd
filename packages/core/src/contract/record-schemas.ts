import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { GivenOf } from './entity-types';
import { type CheckedFieldTypes, isMany, relationTarget, type Schema } from './schema';

/** The entities of a schema whose fields were declared by a Standard Schema. */
type CheckedNames<S> = {
  [Name in keyof S & string]: S[Name] extends { readonly fields: CheckedFieldTypes<unknown> } ? Name : never;
}[keyof S & string];

/** What {@link recordSchemas} gives. @typeParam S as in `typeof schema` */
export type RecordSchemasOf<S extends Schema> = {
  readonly [Name in CheckedNames<S>]: StandardSchemaV1<unknown, GivenOf<S, Name>>;
};

type Result = StandardSchemaV1.Result<unknown>;
type Answer = Result | Promise<Result>;

/**
 * The schemas by which adapters check records, from the one declaration of a workflow's entities: for `schemas` of
 * `restAdapter`, `graphqlAdapter` and `postgresAdapter`, each under the name of its entity. For the worker.
 *
 * ## Rules
 * - An entity whose fields are declared by their type alone, or not at all, has none: nothing could be checked.
 * - A record is checked by the fields of its entity, without its relations; what the schema makes of it takes its place. The
 *   records nested in its relations are checked by theirs, where they have one; ids are left as they are.
 *
 * @example
 * restAdapter({ origins, schemas: recordSchemas(schema) });
 * // and in the workflow: rest({ path: '/customers/{id}', schema: 'Customer' })
 */
export function recordSchemas<S extends Schema>(schema: S): RecordSchemasOf<S> {
  const names = Object.keys(schema).filter((name) => validatorOf(schema, name));
  return Object.fromEntries(names.map((name) => [name, recordSchema(schema, name)])) as RecordSchemasOf<S>;
}

const recordSchema = (schema: Schema, name: string): StandardSchemaV1 => ({
  '~standard': {
    version: 1,
    vendor: 'stateful-workflow',
    validate: (record) => checkRecord(schema, name, record),
  },
});

function validatorOf(schema: Schema, name: string): StandardSchemaV1['~standard'] | undefined {
  return (schema[name]?.fields as Partial<StandardSchemaV1> | undefined)?.['~standard'];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Checks a record, and those nested in it. */
function checkRecord(schema: Schema, name: string, record: unknown): Answer {
  const check = (fields: unknown): Answer => validatorOf(schema, name)?.validate(fields) ?? { value: fields };
  if (!isObject(record)) return check(record);
  const relations = Object.entries(schema[name]?.relations ?? {}).filter(([field]) =>
    Object.hasOwn(record, field),
  );
  const fields = { ...record };
  for (const [field] of relations) delete fields[field];
  const related = relations.map(([field, relation]): Part => {
    const checkOne = (item: unknown): Answer =>
      isObject(item) ? checkRecord(schema, relationTarget(relation), item) : { value: item };
    const given = record[field];
    if (!isMany(relation) || !Array.isArray(given)) return [[field], checkOne(given)];
    return [[field], joined(given.map((item, i): Part => [[i], checkOne(item)]))];
  });
  return joined([[[], check(fields)], ...related], ([own, ...others]) =>
    isObject(own)
      ? { ...own, ...Object.fromEntries(relations.map(([field], i) => [field, others[i]])) }
      : own,
  );
}

/** What was checked, and where it stands. */
type Part = readonly [path: readonly PropertyKey[], answer: Answer];

/** One answer for many: at once, where all are there at once, since records come by the million. */
function joined(
  parts: readonly Part[],
  make: (values: readonly unknown[]) => unknown = (values) => values,
): Answer {
  const answers = parts.map(([, answer]) => answer);
  const join = (results: readonly Result[]): Result => {
    const issues = results.flatMap((result, i) =>
      (result.issues ?? []).map(({ message, path = [] }) => ({
        message,
        path: [...(parts[i]?.[0] ?? []), ...path],
      })),
    );
    return issues.length > 0
      ? { issues }
      : { value: make(results.map((result) => 'value' in result && result.value)) };
  };
  return answers.some((answer) => answer instanceof Promise)
    ? Promise.all(answers).then(join)
    : join(answers as Result[]);
}
