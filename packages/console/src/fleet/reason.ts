import type { SourceInfo } from '@stateful-workflow/core';
import type { PendingWatch } from '@stateful-workflow/core/client';
import { plainText, sourceError } from 'stateful-workflow/internal';

/** A source, with what the server knows of its watch. */
export type Source = SourceInfo & { readonly watch?: PendingWatch };

/** What is wrong with a workflow, in a sentence for a person; `undefined` when nothing is. */
export function reasonOf(
  sources: Readonly<Record<string, Source>>,
  problem?: string | null,
): string | undefined {
  const wrong = Object.entries(sources).flatMap(([name, source]) => {
    const error = sourceError(source) ?? source.warning;
    return error === undefined
      ? []
      : [`${name} ${WHAT[source.lastError?.kind ?? ''] ?? 'has trouble'}: ${bare(error)}`];
  });
  const said = [...(problem ? [problem] : []), ...wrong].map(plainText).join(' ');
  return said === '' ? undefined : said;
}

/** What a fault of each kind means for a source. */
const WHAT: Readonly<Record<string, string>> = {
  unauthorized: 'waits for another credential',
  throttled: 'is asked more than it likes',
  gone: 'has the entity no more',
  invalid: 'cannot be asked as it is configured',
  transient: 'could not be loaded',
  fatal: 'could not be loaded',
};

/** Without the name of the source and its adapter, which the message of a fault begins with. */
const bare = (error: string): string => error.replace(/^Source "[^"]*" \([^)]*\): /, '');
