import { createHash } from 'node:crypto';

/** Names a document to a server that may know it. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Makes a `fetch` that names the document by its hash.
 *
 * @param hash of the document's text
 * @param keepsQuery whether the text goes along, for the server to learn it
 */
export function persistedFetch(send: typeof fetch, hash: string, keepsQuery: boolean): typeof fetch {
  const extensions = { persistedQuery: { version: 1, sha256Hash: hash } };
  return async (input, init = {}) => {
    if (init.method === 'GET') {
      const url = new URL(input instanceof Request ? input.url : input);
      if (!keepsQuery) url.searchParams.delete('query');
      url.searchParams.set('extensions', JSON.stringify(extensions));
      return send(url, init);
    }
    const { query, ...rest } = JSON.parse(init.body as string) as Record<string, unknown>;
    return send(input, {
      ...init,
      body: JSON.stringify({ ...rest, ...(keepsQuery && { query }), extensions }),
    });
  };
}
