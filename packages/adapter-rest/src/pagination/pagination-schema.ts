import { END_SIGNS } from '@stateful-workflow/http';
import { z } from 'zod';
import { parametersOf } from './parameters';

/** `a.b.c`, each part not empty. A key that holds dots is written as it is. */
export const dottedPath = z.string().regex(/^[^.]+(\.[^.]+)*$/, 'must be a dotted path such as data.items');

export const parameterName = z.string().min(1, 'must not be empty');
export const positiveInteger = z.number().int('must be a whole number').positive('must be 1 or more');

/** A place in an answer: a dotted path in the body, or a header. */
const where = z.union(
  [dottedPath, z.strictObject({ header: parameterName })],
  'must be a dotted path such as meta.total, or { header }',
);

const limits = { maxPages: positiveInteger.optional() };
const signs = {
  hasMore: where.optional(),
  isLast: where.optional(),
  remaining: where.optional(),
  total: where.optional(),
  totalPages: where.optional(),
  lastPage: where.optional(),
};
const status = z
  .number()
  .int('must be a status')
  .min(400, 'must be 400 or more')
  .max(599, 'must be 599 or less');
const end = { ...signs, endStatus: z.union([status, z.array(status).min(1).readonly()]).optional() };

const endCursor = z.union([z.string(), z.number()]);

const kinds = [
  z.strictObject({
    type: z.literal('page'),
    pageParam: parameterName.optional(),
    sizeParam: parameterName.optional(),
    size: positiveInteger.optional(),
    firstPage: z.number().int('must be a whole number').nonnegative('must be 0 or more').optional(),
    ...end,
    ...limits,
  }),
  z.strictObject({
    type: z.literal('offset'),
    offsetParam: parameterName.optional(),
    limitParam: parameterName.optional(),
    limit: positiveInteger.optional(),
    ...end,
    ...limits,
  }),
  z
    .strictObject({
      type: z.literal('cursor'),
      param: parameterName.optional(),
      cursor: z
        .union(
          [dottedPath, z.strictObject({ last: dottedPath })],
          'must be a dotted path such as meta.next, or { last } with that of a field of the last record',
        )
        .optional(),
      header: parameterName.optional(),
      endCursor: z
        .union([endCursor, z.array(endCursor).min(1).readonly()], 'must be a text or a number, or several')
        .optional(),
      endsEmpty: z.boolean('must be true or false').optional(),
      ...end,
      ...limits,
    })
    .refine(
      ({ cursor, header }) => (cursor === undefined) !== (header === undefined),
      'needs cursor or header: one of them',
    ),
  z.strictObject({ type: z.literal('next'), next: dottedPath, ...limits }),
  z.strictObject({ type: z.literal('link'), rel: parameterName.optional(), ...limits }),
  z.strictObject({ type: z.literal('custom'), name: parameterName, ...limits }),
] as const;

/** Checks how a list goes on. */
export const paginationSchema = z
  .discriminatedUnion('type', kinds, 'must be "page", "offset", "cursor", "next", "link" or "custom"')
  .superRefine((pagination, context) => {
    const [first, second] = parametersOf(pagination);
    const refuse = (message: string, field: string): void =>
      context.addIssue({ code: 'custom', message, path: [field] });
    if (first !== undefined && first === second) {
      if (pagination.type === 'page') refuse('must differ from pageParam', 'sizeParam');
      else refuse('must differ from offsetParam', 'limitParam');
    }
    if (pagination.type === 'offset' && pagination.totalPages !== undefined)
      refuse('goes with numbered pages and cursors. Use total', 'totalPages');
    if (pagination.type !== 'page' && 'lastPage' in pagination && pagination.lastPage !== undefined)
      refuse('goes with numbered pages. Use total', 'lastPage');
    const [sign, other] = END_SIGNS.filter(
      (name) => (pagination as Record<string, unknown>)[name] !== undefined,
    );
    if (sign !== undefined && other !== undefined)
      refuse(`says the same as ${sign}. Leave one of them out`, other);
  })
  .readonly();
