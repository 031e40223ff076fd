import { type Fault, InvalidInputError } from '@stateful-workflow/core';
import { z } from 'zod';
import { rangeProblem } from './egress/address';
import type { Resolver } from './egress/checked-lookup';
import type { OriginSettings, Pem } from './egress/origin-settings';
import { originProblem } from './egress/origins';
import { type ProxyOptions, proxyProblem } from './egress/proxy';
import { upstreamProblem, type UpstreamSettings } from './egress/upstreams';
import type { FaultRule } from './fault-rules';
import { isHeaderValue } from './headers';

/** How an HTTP adapter reaches its APIs. Set on the worker; a workflow cannot change it. */
export interface HttpAdapterOptions {
  /**
   * The origins that the adapter may reach, redirects included, as `scheme://host[:port]`, or with settings of
   * their own. An address that is not public is reached only if an origin names it. @default those of `upstreams`
   */
  readonly origins?: readonly (string | OriginSettings)[];
  /**
   * The APIs that sources may name as their `upstream`, each by a name, with the settings of its origin. Their origins
   * need not be in `origins`. @default none
   */
  readonly upstreams?: { readonly [name: string]: UpstreamSettings };
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
  /** The most bytes of an answer that is read as a stream, as sent and unpacked. @default 1073741824 (1 GiB) */
  readonly maxStreamBytes?: number;
  /** The most redirects one request may follow, 0 to 5. @default 5 */
  readonly maxRedirects?: number;
  /** What is sent as `User-Agent`. @default the adapter's own name */
  readonly userAgent?: string;
  /** Through which proxy requests go. @default the environment's, and the worker looks up names */
  readonly proxy?: ProxyOptions;
  /** Gives the addresses of host names; they are checked all the same. @default the operating system's */
  readonly resolver?: Resolver;
  /** What answers and errors are, where the standard table is not right for an API. @default none */
  readonly faults?: readonly FaultRule[];
  /**
   * Has the last word on what kind of fault an error is.
   *
   * @param error what the load threw
   * @param fault what it is otherwise
   */
  readonly classify?: (error: unknown, fault: Fault) => Fault;
  /**
   * The longest wait that is obeyed, whoever asks for it, in milliseconds: `Retry-After`, a budget that is used up, a
   * rule in `faults`. @default 3600000 (an hour)
   */
  readonly maxRetryAfter?: number;
  /** The name that sources use, for a second adapter with other settings. */
  readonly name?: string;
}

/** A timer's longest time in Node; anything above fires at once. */
const MAX_MS = 2 ** 31 - 1;
const MAX_BYTES = 2 ** 29;
const MIB = 1024 * 1024;

const whole = (minimum: number, maximum: number, unit = '') =>
  z
    .number()
    .int(`must be a whole number${unit === '' ? '' : ` of ${unit}`}`)
    .min(minimum, `must be ${minimum}${unit === '' ? '' : ' ms'} or more`)
    .max(maximum, `must be ${maximum}${unit === '' ? '' : ' ms'} or less`);

const milliseconds = (fallback: number) => whole(1, MAX_MS, 'milliseconds').default(fallback);

/** A check that a function makes which says what is wrong. */
const refusedBy =
  (problem: (value: string) => string | undefined): z.core.CheckFn<string> =>
  (context) => {
    const message = problem(context.value);
    if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
  };

const origin = z.string().check(refusedBy(originProblem));
const functions = <T>(what: string) =>
  z.custom<T>((value) => typeof value === 'function', `must be a function that ${what}`);
// Typed by name: what is inferred says `Buffer<…>`, which the types of an older Node do not know.
const pem: z.ZodType<Pem> = z.union([z.string(), z.instanceof(Buffer)], 'must be PEM, as text or a Buffer');

const scope = z.enum(['origin', 'route'], 'must be "origin" or "route"').optional();

const originSettings = {
  addresses: z.array(z.string().check(refusedBy(rangeProblem))).optional(),
  ca: z.union([pem, z.array(pem)], 'must be PEM, as text or a Buffer, or several').optional(),
  clientCertificate: z.strictObject({ cert: pem, key: pem, passphrase: z.string().optional() }).optional(),
  auth: z
    .custom<OriginSettings['auth']>(
      (value) => typeof (value as { authorize?: unknown } | null)?.authorize === 'function',
      'must be a scheme, such as apiKey({ header: "X-API-Key" })',
    )
    .optional(),
  concurrency: whole(1, 10_000).optional(),
  budget: z
    .union([
      z.strictObject({ requests: whole(1, 1e6), perMs: whole(1, MAX_MS, 'milliseconds'), scope }),
      z.strictObject({ scope: scope.unwrap() }),
    ])
    .optional(),
};
const settings = z.strictObject({ origin, ...originSettings });
const upstream = z.strictObject({ url: z.string().check(refusedBy(upstreamProblem)), ...originSettings });

/** The checks of {@link HttpAdapterOptions}, for an adapter to add its own to. */
export const httpOptionsShape = {
  origins: z.array(z.union([origin, settings])).optional(),
  upstreams: z
    .record(
      z.string().regex(/^[A-Za-z][\w-]*$/, 'must start with a letter and hold letters, digits, _ and - only'),
      upstream,
    )
    .optional(),
  timeouts: z
    .strictObject({ connect: milliseconds(5_000), idle: milliseconds(10_000), total: milliseconds(30_000) })
    .prefault({}),
  maxResponseBytes: whole(1, MAX_BYTES).default(10 * MIB),
  maxStreamBytes: whole(1, Number.MAX_SAFE_INTEGER).default(1024 * MIB),
  maxRedirects: whole(0, 5).default(5),
  userAgent: z
    .string()
    .min(1, 'must not be empty')
    .refine(isHeaderValue, 'must be one line of printable Latin-1')
    .optional(),
  proxy: z
    .strictObject({
      url: z.string().check(refusedBy(proxyProblem)).optional(),
      resolve: z.enum(['worker', 'proxy'], 'must be "worker" or "proxy"').optional(),
    })
    .prefault({}),
  resolver: functions<Resolver>('gives the addresses of a host name').optional(),
  faults: z
    .array(
      z.strictObject({
        status: z.union([z.number(), z.array(z.number())]).optional(),
        code: z.string().optional(),
        body: functions<NonNullable<FaultRule['body']>>('looks at a body').optional(),
        headers: functions<NonNullable<FaultRule['headers']>>('looks at headers').optional(),
        origin: origin.optional(),
        kind: z.enum(['transient', 'throttled', 'unauthorized', 'invalid', 'gone', 'fatal']),
        retryAfterMs: whole(0, MAX_MS, 'milliseconds').optional(),
      }),
    )
    .default([]),
  maxRetryAfter: whole(1, MAX_MS, 'milliseconds').optional(),
  classify: functions<NonNullable<HttpAdapterOptions['classify']>>('gives a fault').optional(),
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'must start with a letter and hold letters, digits and - only')
    .optional(),
};

/** {@link HttpAdapterOptions} with defaults filled in. */
export type ResolvedHttpOptions = z.output<z.ZodObject<typeof httpOptionsShape>>;

/**
 * Checks the options of an adapter and fills in defaults.
 *
 * @param schema made with {@link httpOptionsShape}
 * @param factory whose options they are, in errors: `restAdapter`
 * @throws InvalidInputError that names the first field that does not fit
 */
export function resolveHttpOptions<Schema extends z.ZodType>(
  schema: Schema,
  options: unknown,
  factory: string,
): z.output<Schema> {
  const result = schema.safeParse(options);
  if (result.success) {
    const { origins, upstreams } = result.data as Pick<ResolvedHttpOptions, 'origins' | 'upstreams'>;
    if ((origins ?? []).length > 0 || Object.keys(upstreams ?? {}).length > 0) return result.data;
    throw new InvalidInputError(
      'origins',
      `is ${origins === undefined ? 'missing (expected array)' : 'empty'}, so that nothing could be loaded`,
      'Name at least one, such as https://crm.example.com, or an upstream',
    );
  }
  const [issue] = deepest(result.error.issues);
  const field = issue?.path.reduce<string>(
    (path, key) =>
      typeof key === 'number' ? `${path}[${key}]` : path === '' ? String(key) : `${path}.${String(key)}`,
    '',
  );
  if (issue && field !== undefined && isUnsetAddress(options, issue))
    throw new InvalidInputError(
      field,
      'is not set',
      'Give an address such as https://crm.example.com; is the environment variable set?',
    );
  throw new InvalidInputError(
    field === undefined || field === '' ? factory : field,
    issue?.message.replace(/\.$/, '') ?? 'does not fit',
    `See the options of ${factory}`,
  );
}

type Issue = z.core.$ZodIssue;

/** Whether an address is not there, as it is where it comes from a variable of the environment that is not set. */
function isUnsetAddress(options: unknown, { path }: Issue): boolean {
  const [parent, last] = path.slice(-2);
  const isAddress = last === 'origin' || last === 'url' || (parent === 'origins' && typeof last === 'number');
  const value = path.reduce<unknown>(
    (held, key) => (held as Partial<Record<PropertyKey, unknown>>)?.[key],
    options,
  );
  return isAddress && (value ?? '') === '';
}

/** Of the alternatives that a value could have been, the one that it is nearest to: that with its own type. */
function deepest(issues: readonly Issue[]): readonly Issue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
    const near = issue.errors.find((errors) =>
      errors.every((error) => error.code !== 'invalid_type' || error.path.length > 0),
    );
    if (near === undefined) return [issue];
    return deepest(near.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })));
  });
}
