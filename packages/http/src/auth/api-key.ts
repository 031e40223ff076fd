import type { AuthScheme } from './auth-scheme';
import { headerText, unusable } from './credential-text';

/** Where an API wants its key. */
export type ApiKeyPlace =
  | {
      /** The header it goes into: `X-API-Key`. */
      readonly header: string;
      /** What stands before it, and a space between. @default nothing */
      readonly prefix?: string;
    }
  | {
      /** The query parameter it goes into. Servers log URLs: prefer a header where the API takes one. */
      readonly query: string;
    };

/**
 * Sends the credential as a key in a header or in the query.
 *
 * @example
 * { origin: 'https://crm.example.com', auth: apiKey({ header: 'X-API-Key' }) }
 */
export function apiKey(place: ApiKeyPlace): AuthScheme {
  return {
    name: 'apiKey',
    queryParameters: 'query' in place ? [place.query] : [],
    async authorize({ url, credential }) {
      const held = await credential();
      if (held === undefined) return {};
      const identity = held.identity;
      if ('query' in place) {
        const key = held.secret.reveal();
        if (key === '') throw unusable(held, url.origin, 'is empty. Store the key.');
        return { query: { [place.query]: key }, identity };
      }
      const key = headerText(held, url.origin, 'an API key');
      return {
        headers: { [place.header]: place.prefix === undefined ? key : `${place.prefix} ${key}` },
        identity,
      };
    },
  };
}
