import { InvalidInputError } from '@stateful-workflow/core';

const LINK = /<([^>]*)>((?:\s*;\s*[^\s;=,"]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s;,"]*))?)*)/g;
const PARAMETER = /;\s*([^\s;=,"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s;,"]*)))?/g;

/**
 * The URL that a `Link` header (RFC 8288) gives for a relation, or `undefined`. A link that says `results="false"`
 * leads to nothing, and counts as none.
 *
 * @example
 * linkTo('</list?page=2>; rel="next", </list>; rel="first"', 'next'); // '/list?page=2'
 */
export function linkTo(header: string | readonly string[] | undefined, rel: string): string | undefined {
  const text = [header ?? ''].flat().join(', ');
  for (const [, url, parameters = ''] of text.matchAll(LINK)) {
    const given = new Map<string, string>();
    for (const [, name = '', quoted, single, bare = ''] of parameters.matchAll(PARAMETER)) {
      const key = name.toLowerCase();
      if (!given.has(key)) given.set(key, (quoted ?? single ?? bare).toLowerCase());
    }
    const relations = given.get('rel')?.split(/\s+/) ?? [];
    if (relations.includes(rel.toLowerCase()) && given.get('results') !== 'false') return url;
  }
  return undefined;
}

/**
 * {@link linkTo} for the page after one, where a header that speaks of it and cannot be read is no end.
 *
 * @param request names the request in errors
 * @throws InvalidInputError for such a header
 */
export function nextLink(
  header: string | readonly string[] | undefined,
  rel: string,
  request: string,
): string | undefined {
  const url = linkTo(header, rel);
  const text = [header ?? ''].flat().join(', ');
  // A quoted text may hold anything: what it holds is no relation.
  if (url !== undefined || /</.test(text) || !/\brel\s*=/i.test(text)) return url;
  throw new InvalidInputError(
    'pagination',
    `${request} has a Link header that cannot be read: its URL is not between < and >`,
    'Correct the API, or name the next page in another way',
  );
}
