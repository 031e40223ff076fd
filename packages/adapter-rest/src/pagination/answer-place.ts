import type { IncomingHttpHeaders } from 'node:http';
import { at } from '@stateful-workflow/http';
import type { Where } from './pagination';

/** What stands at a place of an answer, and how to name the place in errors. */
export function readAt(
  { body, headers }: { readonly body: unknown; readonly headers: IncomingHttpHeaders },
  where: Where,
): { readonly value: unknown; readonly where: string } {
  if (typeof where === 'string') return { value: at(body, where), where: `"${where}"` };
  const [text] = [headers[where.header.toLowerCase()]].flat();
  return {
    value: text === undefined ? undefined : valueOf(text.trim()),
    where: `the header "${where.header}"`,
  };
}

/** A header's value. Of `Content-Range: items 0-9/25`, the number of all there are. */
function valueOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^(?:\w+ )?[\d*-]+\/(\d+)$/.exec(text)?.[1] ?? text;
}

/** The header that a place is in, in lower case. */
export const headerOf = (where: Where | undefined): string | undefined =>
  typeof where === 'object' ? where.header.toLowerCase() : undefined;
