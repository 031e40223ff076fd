const LINK = /<([^>]*)>((?:\s*;\s*[^\s;=,"]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)/g;
const PARAMETER = /;\s*([^\s;=,"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/g;

/**
 * The URL that a `Link` header (RFC 8288) gives for a relation, or `undefined`.
 *
 * @example
 * linkTo('</list?page=2>; rel="next", </list>; rel="first"', 'next'); // '/list?page=2'
 */
export function linkTo(header: string | readonly string[] | undefined, rel: string): string | undefined {
  const text = [header ?? ''].flat().join(', ');
  for (const [, url, parameters = ''] of text.matchAll(LINK)) {
    const [, , quoted, bare = ''] =
      [...parameters.matchAll(PARAMETER)].find(([, name = '']) => name.toLowerCase() === 'rel') ?? [];
    const relations = (quoted ?? bare).toLowerCase().split(/\s+/);
    if (relations.includes(rel.toLowerCase())) return url;
  }
  return undefined;
}
