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
    return error === undefined ? [] : [`${begin(name, source)}: ${error}`];
  });
  const said = [...(problem ? [problem] : []), ...wrong].map(plainText).join(' ');
  return said === '' ? undefined : said;
}

function begin(name: string, { lastError, watch }: Source): string {
  switch (lastError?.kind) {
    case 'unauthorized':
      return `Source "${name}" refuses the credential, and waits for another`;
    case 'throttled':
      return `Source "${name}" asks to be left alone for a while`;
    case 'gone':
      return `Source "${name}" has the entity no more`;
    case 'invalid':
      return `Source "${name}" cannot be asked as it is configured`;
    case 'transient':
    case 'fatal':
      return `Source "${name}" could not be loaded`;
    case undefined:
      return watch?.failure === undefined ? `Source "${name}"` : `Source "${name}" could not be looked at`;
    default:
      return `Source "${name}" failed`;
  }
}
