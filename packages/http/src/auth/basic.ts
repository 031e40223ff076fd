import type { AuthScheme } from './auth-scheme';
import { unusable } from './credential-text';

/**
 * Sends the credential as user name and password: `Authorization: Basic …`.
 *
 * @param options `user`: the user name, where the credential is the password alone.
 *   @default the credential is `user:password`
 */
export function basic({ user }: { readonly user?: string } = {}): AuthScheme {
  return {
    name: 'basic',
    async authorize({ url, credential }) {
      const held = await credential();
      if (held === undefined) return {};
      const text = held.secret.reveal();
      if (user === undefined && !text.includes(':'))
        throw unusable(held, url.origin, 'is not user:password. Store both, or give basic() the user.');
      const pair = Buffer.from(user === undefined ? text : `${user}:${text}`, 'utf8');
      return { headers: { Authorization: `Basic ${pair.toString('base64')}` }, identity: held.identity };
    },
  };
}
