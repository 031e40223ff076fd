import { InvalidInputError, type Json } from '@stateful-workflow/core';
import { END_SIGNS, headerNameProblem, isHeaderValue, isTimeZone } from '@stateful-workflow/http';
import { Kind } from 'graphql';
import { z } from 'zod';
import type { CheckedDocument } from './check-document';
import type { FieldShape } from './field-shape';
import type { GraphqlOperation, GraphqlQuery } from './graphql-query';
import { targetOf } from './target';
import { placeholderProblem } from './variables';

const dottedPath = z
  .string()
  .regex(/^[^.]+(\.[^.]+)*$/, { error: 'must be a dotted path such as customer.tickets', abort: true });
const variable = z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of a variable, without the $');
const positive = z.number().int('must be a whole number').positive('must be 1 or more');
const notNegative = z.number().nonnegative('must be 0 or more');

const json: z.ZodType<Json> = z.json();

const operation = {
  document: z.string(),
  operationName: z.string().optional(),
  variables: z
    .record(z.string(), json)
    .superRefine((variables, context) => {
      for (const [name, value] of Object.entries(variables)) {
        const message = placeholderProblem(value);
        if (message !== undefined) context.addIssue({ code: 'custom', message, path: [name] });
      }
    })
    .optional(),
  items: dottedPath.optional(),
};

const signs = {
  hasMore: dottedPath.optional(),
  isLast: dottedPath.optional(),
  remaining: dottedPath.optional(),
  total: dottedPath.optional(),
};
const endCursor = z.union([z.string(), z.number()]);
const cursor = z.strictObject({
  type: z.literal('cursor'),
  variable,
  cursor: dottedPath,
  endCursor: z
    .union([endCursor, z.array(endCursor).min(1).readonly()], 'must be a text or a number, or several')
    .optional(),
  endsEmpty: z.boolean('must be true or false').optional(),
  ...signs,
});
const offset = z.strictObject({ type: z.literal('offset'), variable, ...signs });
const value = z.union([z.string(), z.number()], 'must be a text or a number');
const name = z.string().regex(/^[A-Za-z_]\w*$/, 'must be a name of GraphQL');

const shape = z.strictObject({
  ...operation,
  upstream: z.string().min(1, 'must not be empty').optional(),
  ignoreSigns: z.array(z.string().min(1, 'must not be empty')).readonly().optional(),
  path: z
    .string()
    .regex(
      /^(\/(?!\/)|https?:\/\/)[^\s\\#]*$/i,
      'must start with a single / or with http:// or https://, and hold no spaces, backslashes or #',
    )
    .optional(),
  headers: z
    .record(z.string(), z.string().refine(isHeaderValue, 'must be one line of printable Latin-1'))
    .superRefine((headers, context) => {
      for (const name of Object.keys(headers)) {
        const message = headerNameProblem(name);
        if (message !== undefined) context.addIssue({ code: 'custom', message, path: [name] });
      }
    })
    .optional(),
  pagination: z
    .discriminatedUnion('type', [cursor, offset], 'must have the type "cursor" or "offset"')
    .optional(),
  errorPolicy: z.enum(['none', 'all', 'ignore'], 'must be "none", "all" or "ignore"').optional(),
  incremental: z
    .strictObject({
      variable,
      field: dottedPath,
      key: dottedPath.optional(),
      lag: notNegative.optional(),
      initial: value.optional(),
      sweepFrom: value.optional(),
      zone: z.string().refine(isTimeZone, 'must be a time zone such as Europe/Berlin, or +02:00').optional(),
      fullEvery: z.union([notNegative, z.literal('never')], 'must be milliseconds or "never"').optional(),
    })
    .optional(),
  schema: z.string().min(1, 'must not be empty').optional(),
  invalid: z.enum(['fail', 'skip'], 'must be "fail" or "skip"').optional(),
  followUp: z
    .strictObject({ field: name.optional(), id: name.optional(), cursor: z.string().min(1).optional() })
    .optional(),
  persisted: z.enum(['post', 'get'], 'must be "post" or "get"').optional(),
  batch: positive.max(100, 'must be 100 or less').optional(),
  also: z.array(z.strictObject(operation)).optional(),
  maxPages: positive.optional(),
  maxRecords: positive.optional(),
});

/**
 * Makes the check of a `GraphqlQuery`, which runs before every load. Strict: a key that it does not know is
 * refused, so that a typing error is an error and not a default.
 *
 * @param documentOf parses a document and checks it
 */
export function querySchemaWith(documentOf: (operation: GraphqlOperation) => CheckedDocument) {
  return shape.superRefine((query, context) => {
    const { pagination, incremental, schema, invalid, also = [] } = query as GraphqlQuery;
    const { upstream, path = '/' } = query as GraphqlQuery;
    if (upstream !== undefined && !path.startsWith('/'))
      context.addIssue({
        code: 'custom',
        message: 'has its own address, and path is absolute. Leave one of them out',
        path: ['upstream'],
      });
    if (invalid !== undefined && schema === undefined)
      context.addIssue({ code: 'custom', message: 'needs a schema', path: ['invalid'] });
    const filled = [pagination?.variable, incremental?.variable].filter((name) => name !== undefined);
    const operations: [GraphqlOperation, string[], (string | number)[]][] = [
      [query, filled, []],
      ...also.map((one, i): [GraphqlOperation, string[], (string | number)[]] => [one, [], ['also', i]]),
    ];
    for (const [one, others, path] of operations) {
      const problem = problemOf(one, others, documentOf);
      if (problem !== undefined)
        context.addIssue({ code: 'custom', message: problem.message, path: [...path, ...problem.path] });
    }
  });
}

interface Problem {
  readonly path: readonly string[];
  readonly message: string;
}

function problemOf(
  query: GraphqlOperation,
  filled: readonly string[],
  documentOf: (operation: GraphqlOperation) => CheckedDocument,
): Problem | undefined {
  try {
    const document = documentOf(query);
    const { shape } = targetOf(document, query.items);
    if (shape.connection !== undefined && 'pagination' in query && query.pagination !== undefined)
      return {
        path: ['pagination'],
        message: 'is not for a connection, which is read to its end by itself. Leave it out',
      };
    const paging = 'pagination' in query ? (query as GraphqlQuery).pagination : undefined;
    const problem = paging && paginationProblem(paging, document);
    if (problem !== undefined) return problem;
    return variableProblem(document, query, filled);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return { path: [error.field], message: error.message.slice(error.field.length + 2) };
  }
}

/** Whether the cursor is asked for, since one that is not there would be taken for the end. */
function paginationProblem(
  pagination: NonNullable<GraphqlQuery['pagination']>,
  { fields }: CheckedDocument,
): Problem | undefined {
  const [sign, other] = END_SIGNS.filter((one) => one in pagination);
  if (sign !== undefined && other !== undefined)
    return { path: ['pagination', other], message: `says the same as ${sign}. Leave one of them out` };
  if (pagination.type === 'offset') return undefined;
  let within: ReadonlyMap<string, FieldShape> | undefined = fields;
  for (const key of pagination.cursor.split('.')) {
    const found: FieldShape | undefined = within?.get(key);
    if (found === undefined && within !== undefined)
      return {
        path: ['pagination', 'cursor'],
        message: `names "${pagination.cursor}", which the document does not ask for`,
      };
    // What a scalar of JSON holds is not in the document.
    within = found?.children.size === 0 ? undefined : found?.children;
  }
  return undefined;
}

/** Whether the variables that the document needs are those that it is given. */
function variableProblem(
  { operation: { variableDefinitions = [] } }: CheckedDocument,
  { variables = {} }: GraphqlOperation,
  filled: readonly string[],
): Problem | undefined {
  const known = variableDefinitions.map(({ variable: { name } }) => name.value);
  const stranger = [...Object.keys(variables), ...filled].find((name) => !known.includes(name));
  if (stranger !== undefined) {
    return {
      path: ['variables', stranger],
      message: `is not a variable of the document (${known.join(', ') || 'it has none'})`,
    };
  }
  for (const {
    variable: { name },
    type,
    defaultValue,
  } of variableDefinitions) {
    const isNeeded = type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined;
    if (isNeeded && variables[name.value] === undefined && !filled.includes(name.value))
      return { path: ['variables', name.value], message: 'is missing, and the document needs it' };
  }
  return undefined;
}
