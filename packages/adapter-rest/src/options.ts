import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import {
  type HttpAdapterOptions,
  httpOptionsShape,
  resolveHttpOptions,
  schemasOption,
  type StandardSchema,
} from '@stateful-workflow/http';
import type { Pager } from './pagination/pager';

/** Takes the records out of a body. What it throws fails the load. */
export type Selector = (body: unknown, headers: IncomingHttpHeaders) => readonly unknown[];

/** How a REST adapter reaches its APIs, and what its sources can name. Set on the worker. */
export interface RestAdapterOptions extends HttpAdapterOptions {
  /** Functions that take the records out of a body, for `selector` of a source. @default none */
  readonly selectors?: Readonly<Record<string, Selector>>;
  /** Schemas for `schema` of a source, of any library that keeps to Standard Schema. @default none */
  readonly schemas?: Readonly<Record<string, StandardSchema>>;
  /** Ways in which lists go on, for `pagination: { type: 'custom', name }` of a source. @default none */
  readonly paginations?: Readonly<Record<string, Pager>>;
}

const isObjectWith = (value: unknown, ...methods: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function');

const optionsSchema = z.strictObject({
  ...httpOptionsShape,
  name: httpOptionsShape.name.default('rest'),
  selectors: z
    .record(
      z.string(),
      z.custom<Selector>((value) => typeof value === 'function', 'must be a function'),
    )
    .default({}),
  schemas: schemasOption,
  paginations: z
    .record(
      z.string(),
      z.custom<Pager>((value) => isObjectWith(value, 'request', 'next'), 'must have request() and next()'),
    )
    .default({}),
});

/** {@link RestAdapterOptions} with every default filled in. */
export type ResolvedOptions = z.output<typeof optionsSchema>;

/**
 * Checks options and fills in defaults.
 *
 * @throws InvalidInputError that names the first field that does not fit
 */
export const resolveOptions = (options: RestAdapterOptions): ResolvedOptions =>
  resolveHttpOptions(optionsSchema, options, 'restAdapter');
