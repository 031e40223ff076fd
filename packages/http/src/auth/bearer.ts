import type { AuthScheme } from './auth-scheme';
import { headerText } from './credential-text';

/** Sends the credential as a bearer token: `Authorization: Bearer …`. What an origin has by default. */
export function bearer(): AuthScheme {
  return {
    name: 'bearer',
    async authorize({ url, credential }) {
      const held = await credential();
      if (held === undefined) return {};
      const token = headerText(held, url.origin, 'a bearer token');
      return { headers: { Authorization: `Bearer ${token}` }, identity: held.identity };
    },
  };
}
