import { InvalidInputError } from '@stateful-workflow/core';
import { z } from 'zod';
import { isHeaderValue, originProblem } from '@stateful-workflow/http';

/** How a REST adapter reaches its APIs. Set on the worker; a workflow cannot change it. */
export interface RestAdapterOptions {
  /**
   * The origins that the adapter may reach, redirects included, as `scheme://host[:port]`. A private or
   * loopback address is reached only because it stands here. Proxies from the environment are not used.
   */
  readonly origins: readonly string[];
  /** How long each phase of a request may take, in milliseconds. Always set: there is no endless request. */
  readonly timeouts?: {
    /** Until the connection is up, name lookup and TLS included. @default 5000 */
    readonly connect?: number;
    /** Between two signs of life once it is. @default 10000 */
    readonly idle?: number;
    /** The whole request with its redirects and the body. @default 30000 */
    readonly total?: number;
  };
  /** The most bytes an answer may have, both as sent and unpacked. @default 10485760 (10 MiB) */
  readonly maxResponseBytes?: number;
  /** The most redirects one request may follow, 0 to 5. @default 5 */
  readonly maxRedirects?: number;
  /** What is sent as `User-Agent`. @default 'stateful-workflow-adapter-rest' */
  readonly userAgent?: string;
  /** The name that sources use, for a second adapter with other settings; see `restAs`. @default 'rest' */
  readonly name?: string;
}

/** A timer's longest time in Node; anything above fires at once. */
const MAX_MS = 2 ** 31 - 1;

const milliseconds = (fallback: number) =>
  z
    .number()
    .int('must be a whole number of milliseconds')
    .min(1, 'must be 1 ms or more')
    .max(MAX_MS, `must be ${MAX_MS} ms or less`)
    .default(fallback);

const optionsSchema = z.strictObject({
  origins: z
    .array(
      z.string().check((context) => {
        const message = originProblem(context.value);
        if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
      }),
    )
    .min(1, 'is empty, so that nothing could be loaded. Name at least one, such as https://crm.example.com'),
  timeouts: z
    .strictObject({ connect: milliseconds(5_000), idle: milliseconds(10_000), total: milliseconds(30_000) })
    .prefault({}),
  maxResponseBytes: z
    .number()
    .int('must be a whole number')
    .min(1, 'must be 1 or more')
    .max(2 ** 29, 'must be 536870912 (512 MiB) or less')
    .default(10 * 1024 * 1024),
  maxRedirects: z
    .number()
    .int('must be a whole number')
    .min(0, 'must be 0 or more')
    .max(5, 'must be 5 or less')
    .default(5),
  userAgent: z
    .string()
    .min(1, 'must not be empty')
    .refine(isHeaderValue, 'must be one line of printable Latin-1')
    .default('stateful-workflow-adapter-rest'),
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'must start with a letter and hold letters, digits and - only')
    .default('rest'),
});

/** {@link RestAdapterOptions} with every default filled in. */
export type ResolvedOptions = z.output<typeof optionsSchema>;

/**
 * Checks options and fills in defaults.
 *
 * @throws InvalidInputError that names the first field that does not fit
 */
export function resolveOptions(options: RestAdapterOptions): ResolvedOptions {
  const result = optionsSchema.safeParse(options);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.reduce<string>(
    (path, key) =>
      typeof key === 'number' ? `${path}[${key}]` : path === '' ? String(key) : `${path}.${String(key)}`,
    '',
  );
  throw new InvalidInputError(
    field === undefined || field === '' ? 'restAdapter' : field,
    issue?.message.replace(/\.$/, '') ?? 'does not fit',
    'See RestAdapterOptions',
  );
}
