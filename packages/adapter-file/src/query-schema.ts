import { z } from 'zod';

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** Says what is wrong with a path, or `undefined`. */
function pathProblem(path: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\x00-\x1f\x7f\\:]/.test(path)) return 'must not hold control characters, backslashes or colons';
  if (path.split('/').some((name) => /^\.{0,2}$/.test(name)))
    return 'must be relative to the root, without empty names, "." and ".."';
  const unknown = [...path.matchAll(PLACEHOLDER)].find(([, name = '']) => !/^(id|entityName)$/.test(name));
  if (unknown !== undefined) return `has the placeholder ${unknown[0]}; there are {id} and {entityName}`;
  return undefined;
}

/** Checks a query; what does not fit is an error that names the field. */
export const querySchema = z.strictObject({
  root: z.string().min(1, 'must not be empty').optional(),
  path: z.string('must be a path').check((context) => {
    const message = pathProblem(context.value);
    if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
  }),
  format: z.enum(['json', 'ndjson', 'csv'], 'must be "json", "ndjson" or "csv"').optional(),
  items: z
    .string()
    .regex(/^[^.]+(\.[^.]+)*$/, 'must be a dotted path such as data.items')
    .optional(),
  delimiter: z
    .string()
    .regex(/^[^\r\n"]$/, 'must be one character, and no quote or line break')
    .optional(),
});
