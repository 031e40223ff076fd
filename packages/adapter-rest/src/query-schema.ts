import { z } from 'zod';
import { headerNameProblem, isHeaderValue } from '@stateful-workflow/http';
import { templateProblem } from './template';

/** `a.b.c`, each part not empty. */
const dottedPath = z
  .string()
  .regex(/^[^.]+(\.[^.]+)*$/, 'must be a dotted path such as data.items')
  .optional();

const parameterName = z.string().min(1, 'must not be empty').optional();
const positiveInteger = z.number().int('must be a whole number').positive('must be 1 or more').optional();

const pagination = z
  .strictObject({
    type: z.literal('page', 'must be "page"'),
    pageParam: parameterName,
    sizeParam: parameterName,
    size: positiveInteger,
    firstPage: z.number().int('must be a whole number').nonnegative('must be 0 or more').optional(),
    hasMore: dottedPath,
    maxPages: positiveInteger,
  })
  .readonly();

/** Says what is wrong with a path, or `undefined`. */
function pathProblem(path: string): string | undefined {
  if (!/^(\/(?!\/)|https?:\/\/)/i.test(path)) return 'must start with a single / or with http:// or https://';
  if (/^https?:\/\/[^/?#]*\{/i.test(path)) return 'must not have a template in its host';
  // The URL parser drops tabs and line breaks and takes a backslash for a slash: nothing that should be sent.
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\x00-\x20\x7f\\#]/.test(path)) return 'must not hold spaces, control characters, backslashes or a #';
  return templateProblem(path);
}

/**
 * Checks a `RestQuery` before every load. Strict: a key that it does not know is refused, so that a typing
 * error is an error and not a default.
 */
export const querySchema = z
  .strictObject({
    path: z.string().check(refuse(pathProblem)),
    params: z
      .record(
        z.string(),
        z.union([z.string(), z.number(), z.boolean()], 'must be a string, a number or a boolean'),
      )
      .superRefine((params, context) => {
        for (const [name, value] of Object.entries(params)) {
          const problem = templateProblem(String(value));
          if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, path: [name] });
        }
      })
      .readonly()
      .optional(),
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
    items: dottedPath,
    pagination: pagination.optional(),
  })
  .superRefine((query, context) => {
    if (query.pagination === undefined) return;
    const { pageParam = 'page', sizeParam = 'pageSize' } = query.pagination;
    if (pageParam === sizeParam) {
      context.addIssue({
        code: 'custom',
        message: 'must differ from pageParam',
        path: ['pagination', 'sizeParam'],
      });
    }
    for (const name of [pageParam, sizeParam]) {
      if (query.params !== undefined && Object.hasOwn(query.params, name)) {
        context.addIssue({
          code: 'custom',
          message: 'is set by pagination. Leave it out',
          path: ['params', name],
        });
      }
    }
  })
  .readonly();

/** A check that a function makes which says what is wrong. */
function refuse(problem: (value: string) => string | undefined): z.core.CheckFn<string> {
  return (context) => {
    const message = problem(context.value);
    if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
  };
}
