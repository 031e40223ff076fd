import { z } from 'zod';
import { parametersOf } from './parameters';

/** `a.b.c`, each part not empty. */
export const dottedPath = z.string().regex(/^[^.]+(\.[^.]+)*$/, 'must be a dotted path such as data.items');

export const parameterName = z.string().min(1, 'must not be empty');
export const positiveInteger = z.number().int('must be a whole number').positive('must be 1 or more');

const limits = { maxPages: positiveInteger.optional() };

const kinds = [
  z.strictObject({
    type: z.literal('page'),
    pageParam: parameterName.optional(),
    sizeParam: parameterName.optional(),
    size: positiveInteger.optional(),
    firstPage: z.number().int('must be a whole number').nonnegative('must be 0 or more').optional(),
    hasMore: dottedPath.optional(),
    ...limits,
  }),
  z.strictObject({
    type: z.literal('offset'),
    offsetParam: parameterName.optional(),
    limitParam: parameterName.optional(),
    limit: positiveInteger.optional(),
    total: dottedPath.optional(),
    hasMore: dottedPath.optional(),
    ...limits,
  }),
  z
    .strictObject({
      type: z.literal('cursor'),
      param: parameterName.optional(),
      cursor: dottedPath.optional(),
      header: parameterName.optional(),
      hasMore: dottedPath.optional(),
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
    if (pagination.type === 'offset' && pagination.total !== undefined && pagination.hasMore !== undefined)
      refuse('says the same as hasMore. Leave one of them out', 'total');
  })
  .readonly();
