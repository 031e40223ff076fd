import { z } from 'zod';
import { headerNameProblem, isHeaderValue, isTimeZone } from '@stateful-workflow/http';
import { dottedPath, paginationSchema, parameterName, positiveInteger } from './pagination/pagination-schema';
import { parametersOf } from './pagination/parameters';
import type { JsonValue } from './rest-query';
import { templateProblem } from './template';

/** Says what is wrong with a path, or `undefined`. */
function pathProblem(path: string): string | undefined {
  if (!/^(\/(?!\/)|https?:\/\/)/i.test(path)) return 'must start with a single / or with http:// or https://';
  if (/^https?:\/\/[^/?#]*\{/i.test(path)) return 'must not have a template in its host';
  // The URL parser drops tabs and line breaks and takes a backslash for a slash: nothing that should be sent.
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\x00-\x20\x7f\\#]/.test(path)) return 'must not hold spaces, control characters, backslashes or a #';
  return undefined;
}

const scalar = z.union([z.string(), z.number(), z.boolean()], 'must be a string, a number or a boolean');
const milliseconds = z.number('must be a number of milliseconds').nonnegative('must be 0 or more');

const incremental = z
  .strictObject({
    field: dottedPath,
    param: parameterName,
    expression: z.string().includes('{since}', 'must hold {since}').optional(),
    sweepFrom: z.union([z.string(), z.number()], 'must be a text or a number').optional(),
    key: dottedPath.optional(),
    lag: z.number().nonnegative('must be 0 or more').optional(),
    zone: z.string().refine(isTimeZone, 'must be a time zone such as Europe/Berlin, or +02:00').optional(),
    initial: z.union([z.string(), z.number()], 'must be a text or a number').optional(),
    fullEvery: z.union([milliseconds, z.literal('never')], 'must be milliseconds or "never"').optional(),
  })
  .readonly();

const EMPTY_AS = 'must be "null", "missing" or "no content", or several';
const emptyAs = z.enum(['null', 'missing', 'no content'], EMPTY_AS);

const path = z.string().check((context) => {
  const message = pathProblem(context.value);
  if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
});

const fields = z.strictObject({
  upstream: parameterName.optional(),
  path,
  item: z.strictObject({ path, record: dottedPath.optional() }).readonly().optional(),
  method: z.enum(['GET', 'POST'], 'must be "GET" or "POST"').optional(),
  body: z.json('must be JSON').optional(),
  values: z
    .record(z.string().regex(/^[A-Za-z_][\w.-]*$/, 'must be a name of letters, digits, _, - and .'), scalar)
    .readonly()
    .optional(),
  params: z.record(z.string(), scalar).readonly().optional(),
  headers: z
    .record(z.string(), z.string().refine(isHeaderValue, 'must be one line of printable Latin-1'))
    .superRefine((headers, context) => {
      for (const name of Object.keys(headers)) {
        const problem = headerNameProblem(name);
        if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, path: [name] });
      }
    })
    .readonly()
    .optional(),
  format: z.enum(['json', 'ndjson'], 'must be "json" or "ndjson"').optional(),
  items: dottedPath.optional(),
  record: dottedPath.optional(),
  emptyAs: z.union([emptyAs, z.array(emptyAs).readonly()], EMPTY_AS).optional(),
  tombstone: z
    .union(
      [
        dottedPath,
        z
          .strictObject({ field: dottedPath, is: z.union([scalar, z.array(scalar).min(1).readonly()]) })
          .readonly(),
      ],
      'must be a dotted path, or { field, is } with the values that mean that a record is gone',
    )
    .optional(),
  selector: parameterName.optional(),
  schema: parameterName.optional(),
  invalid: z.enum(['fail', 'skip'], 'must be "fail" or "skip"').optional(),
  pagination: paginationSchema.optional(),
  ignoreSigns: z.array(z.string().min(1, 'must not be empty')).readonly().optional(),
  unframed: z.boolean('must be true or false').optional(),
  maxRecords: positiveInteger.optional(),
  incremental: incremental.optional(),
});

type Fields = z.output<typeof fields>;
type Refuse = (message: string, ...path: readonly string[]) => void;

/**
 * Checks a `RestQuery` before every load. Strict: a key that it does not know is refused, so that a typing
 * error is an error and not a default.
 */
export const querySchema = fields
  .superRefine((query, context) => {
    const refuse: Refuse = (message, ...path) =>
      context.addIssue({ code: 'custom', message, path: [...path] });
    checkTemplates(query, refuse);
    checkParameters(query, refuse);
    if (query.upstream !== undefined && !query.path.startsWith('/'))
      refuse('has its own address, and path is absolute. Leave one of them out', 'upstream');
    if (query.body !== undefined && query.method !== 'POST') refuse('needs method "POST"', 'body');
    if (query.invalid !== undefined && query.schema === undefined) refuse('needs a schema', 'invalid');
    if (query.items !== undefined && query.selector !== undefined)
      refuse('takes the place of items. Leave one of them out', 'selector');
    for (const field of ['items', 'selector', 'pagination'] as const)
      if (query.record !== undefined && query[field] !== undefined)
        refuse(`is for one record, and ${field} for a list. Leave one of them out`, 'record');
    if (query.unframed !== undefined && query.format !== 'ndjson')
      refuse('needs format "ndjson"', 'unframed');
    if (query.format !== 'ndjson') return;
    for (const field of ['pagination', 'items', 'record', 'selector'] as const)
      if (query[field] !== undefined) refuse('does not go with format "ndjson"', field);
  })
  .readonly();

function checkTemplates(query: Fields, refuse: Refuse): void {
  const { path, params = {}, body, values = {}, incremental: since, item } = query;
  const names = Object.keys(values);
  const check = (template: string, ...at: readonly string[]): void => {
    const problem = templateProblem(template, names);
    if (problem !== undefined) refuse(problem, ...at);
  };
  check(path, 'path');
  check(item?.path.replaceAll('{item}', '') ?? '', 'item', 'path');
  if (item?.path.includes('{item}') === false) refuse('must hold {item}', 'item', 'path');
  check(since?.expression?.replaceAll('{since}', '') ?? '', 'incremental', 'expression');
  for (const [name, value] of Object.entries(params)) check(String(value), 'params', name);
  for (const name of names)
    if (
      name === 'id' ||
      name === 'entityName' ||
      (name === 'item' && item) ||
      (name === 'since' && since?.expression !== undefined)
    )
      refuse(
        `is of the ${name === 'since' ? 'incremental load' : 'entity'}. Take another name`,
        'values',
        name,
      );
  const walk = (value: JsonValue | undefined, at: readonly string[]): void => {
    if (typeof value === 'string') check(value, ...at);
    else if (typeof value === 'object' && value !== null)
      for (const [key, item] of Object.entries(value)) walk(item, [...at, key]);
  };
  walk(body, ['body']);
}

/** A parameter that two parts of a query set would have the value of one of them, unsaid. */
function checkParameters({ params = {}, pagination, incremental: since }: Fields, refuse: Refuse): void {
  const paging = pagination === undefined ? [] : parametersOf(pagination);
  for (const name of paging)
    if (Object.hasOwn(params, name)) refuse('is set by pagination. Leave it out', 'params', name);
  if (since === undefined) return;
  if (Object.hasOwn(params, since.param) && since.expression === undefined)
    refuse('is set by incremental. Leave it out', 'params', since.param);
  // A cursor takes the place of what the first page is asked with, as in `since` of CouchDB.
  const isCursor = pagination?.type === 'cursor' && since.expression === undefined;
  if (paging.includes(since.param) && !isCursor) refuse('is set by pagination', 'incremental', 'param');
}
