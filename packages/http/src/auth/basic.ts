import type { AuthScheme } from './auth-scheme';
import { namedSecret, unusable } from './credential-text';

/**
 * Sends the credential as user name and password: `Authorization: Basic …`.
 *
 * @param options `user`: the user name, where the credential is the password alone. What is in the credential is
 *   concealed, the user name as well: give it here if it is none and records hold it.
 *   @default the credential is `user:password`
 */
export function basic({ user }: { readonly user?: string } = {}): AuthScheme {
  return {
    name: 'basic',
    async authorize({ url, credential, conceal }) {
      const held = await credential();
      if (held === undefined) return {};
      const { name, secret } = namedSecret(held, user, conceal, () =>
        unusable(held, url.origin, 'is not user:password. Store both, or give basic() the user.'),
      );
      const pair = Buffer.from(`${name}:${secret}`, 'utf8').toString('base64');
      conceal(pair);
      return { headers: { Authorization: `Basic ${pair}` }, identity: held.identity };
    },
  };
}
