import { InvalidInputError } from '@stateful-workflow/core';
import { z } from 'zod';

/** Which files a file adapter may read, and within what bounds. Set on the worker. */
export interface FileAdapterOptions {
  /** Directories, as absolute paths, by the names that sources use. Nothing outside them is read. */
  readonly roots: { readonly [name: string]: string };
  /** The name that sources use, for a second adapter; see `fileAs`. @default 'file' */
  readonly name?: string;
  /** The most bytes of a JSON document, which is held whole. @default 16777216 (16 MiB) */
  readonly maxJsonBytes?: number;
  /** The most bytes of a line of NDJSON or CSV, and of a CSV record. @default 1048576 (1 MiB) */
  readonly maxLineBytes?: number;
  /** The most files of a directory. One that has more is an error. @default 10000 */
  readonly maxFiles?: number;
  /** The most records of a page. @default 1000 */
  readonly pageSize?: number;
  /** How long the file system may be silent, in milliseconds. @default 30000 */
  readonly timeoutMs?: number;
}

const count = (fallback: number) =>
  z.number('must be a number').int('must be a whole number').min(1, 'must be 1 or more').default(fallback);

const absolute = z
  .string('must be a path')
  .regex(/^([/\\]|[A-Za-z]:[/\\])/, 'must be an absolute path')
  .refine((path) => !path.includes('\0'), 'must not hold a null character');

const optionsSchema = z.strictObject({
  roots: z
    .record(z.string().min(1), absolute)
    .refine((roots) => Object.keys(roots).length > 0, 'must name a directory'),
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'must be letters, digits and -, a letter first')
    .default('file'),
  maxJsonBytes: count(16 * 1024 * 1024),
  maxLineBytes: count(1024 * 1024),
  maxFiles: count(10_000),
  pageSize: count(1_000),
  timeoutMs: count(30_000).refine((ms) => ms < 2 ** 31, 'must be less than 2147483648'),
});

/** {@link FileAdapterOptions} with every default filled in. */
export type ResolvedOptions = z.output<typeof optionsSchema>;

/**
 * Checks options and fills in defaults.
 *
 * @throws InvalidInputError that names the first field that does not fit
 */
export function resolveOptions(options: FileAdapterOptions): ResolvedOptions {
  const result = optionsSchema.safeParse(options);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const field = [...(issue?.path ?? []), ...unknown].map(String).join('.') || 'options';
  const reason = unknown.length > 0 ? 'is no option' : (issue?.message ?? 'does not fit');
  throw new InvalidInputError(field, reason, 'See FileAdapterOptions');
}
