import { z } from 'zod';
import { type HttpAdapterOptions, httpOptionsShape, resolveHttpOptions } from '@stateful-workflow/http';

/** How a REST adapter reaches its APIs. Set on the worker; a workflow cannot change it. */
export type RestAdapterOptions = HttpAdapterOptions;

const optionsSchema = z.strictObject({ ...httpOptionsShape, name: httpOptionsShape.name.default('rest') });

/** {@link RestAdapterOptions} with every default filled in. */
export type ResolvedOptions = z.output<typeof optionsSchema>;

/**
 * Checks options and fills in defaults.
 *
 * @throws InvalidInputError that names the first field that does not fit
 */
export const resolveOptions = (options: RestAdapterOptions): ResolvedOptions =>
  resolveHttpOptions(optionsSchema, options, 'restAdapter');
