import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Moves messages and stack traces of failures into payloads, so that a codec encrypts them, too. Loaded by its path
 * (`dataConverter.failureConverterPath`), in workflows as well; the plugin does so.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
