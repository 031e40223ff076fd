import type { StatusReport } from '@stateful-workflow/core/client';

type Sources = StatusReport['sources'];

/** What is wrong with a workflow's sources, as one text; `undefined` when nothing is. */
export function sourceErrors(sources: Sources): string | undefined {
  const errors = Object.entries(sources).flatMap(([name, source]) => {
    const error = sourceError(source);
    return error === undefined ? [] : [`${name}: ${error}`];
  });
  return errors.length > 0 ? errors.join('; ') : undefined;
}

/** What is wrong with one source: its last load, the look that a watch just took, or a sweep that was refused. */
export function sourceError({ lastError, watch, refusedSweep }: Sources[string]): string | undefined {
  if (lastError !== undefined) {
    const { message, failures } = lastError;
    return failures > 1 ? `${message} (${failures} times in a row)` : message;
  }
  if (watch?.failure !== undefined) return watch.failure;
  if (refusedSweep !== undefined) {
    return `a sweep was refused, as it would have removed ${refusedSweep.deletes} of ${refusedSweep.of}`;
  }
  return undefined;
}
