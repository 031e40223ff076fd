import { InvalidInputError, type Json } from '@stateful-workflow/core';
import { headerNameProblem, isHeaderValue, isTimeZone } from '@stateful-workflow/http';
import { Kind } from 'graphql';
import { z } from 'zod';
import type { CheckedDocument } from './check-document';
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

const cursor = z.strictObject({
  type: z.literal('cursor'),
  variable,
  next: dottedPath,
  hasMore: dottedPath.optional(),
});

const offset = z.strictObject({
  type: z.literal('offset'),
  variable,
  hasMore: dottedPath.optional(),
  total: dottedPath.optional(),
});

const shape = z.strictObject({
  ...operation,
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
      zone: z.string().refine(isTimeZone, 'must be a time zone such as Europe/Berlin, or +02:00').optional(),
      fullEvery: z.union([notNegative, z.literal('never')], 'must be milliseconds or "never"').optional(),
    })
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
    const { pagination, incremental, also = [] } = query as GraphqlQuery;
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
    return variableProblem(document, query, filled);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return { path: [error.field], message: error.message.slice(error.field.length + 2) };
  }
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
