import { type Credential, type CredentialIdentity, InvalidInputError } from '@stateful-workflow/core';
import { LRUCache } from 'lru-cache';
import type { Authorization, AuthRequest, AuthScheme } from './auth-scheme';
import type { ClientCredentialsOptions } from './client-credentials-options';
import { fetchToken, type Token } from './fetch-token';

/** So many clients share one worker at most; past it the token that was used longest ago is fetched anew. */
const MAX_TOKENS = 1_000;

/**
 * Gets a token with the source's credential, the client's secret, and sends that. Tokens are held in the worker's
 * memory until shortly before they end; one that the API refuses with 401 is fetched anew once.
 *
 * The secret goes to the token endpoint only, the token to the API only.
 *
 * @throws InvalidInputError when an option does not fit
 *
 * @example
 * { origin: 'https://crm.example.com', auth: clientCredentials({ tokenUrl: 'https://login.example.com/token', clientId: 'sync' }) }
 */
export function clientCredentials(options: ClientCredentialsOptions): AuthScheme {
  if (!URL.canParse(options.tokenUrl))
    throw new InvalidInputError('tokenUrl', 'is not a URL', 'Write https://login.example.com/token');
  if (options.clientAuth === 'private_key_jwt' && options.clientId === undefined)
    throw new InvalidInputError('clientId', 'is missing, and the credential is a key', 'Name the client');
  const tokenUrl = new URL(options.tokenUrl);
  const tokens = new LRUCache<CredentialIdentity, Promise<Token>>({ max: MAX_TOKENS });

  /** The token for a credential: held, on its way, or fetched. */
  const tokenFor = async (held: Credential, request: AuthRequest): Promise<Token> => {
    const key = held.identity;
    const known = tokens.get(key);
    if (known !== undefined) {
      const token = await known.catch(() => undefined);
      if (token !== undefined && token.expiresAt > Date.now()) return token;
      if (tokens.get(key) === known) tokens.delete(key);
      return tokenFor(held, request);
    }
    const fetched = fetchToken(held, request, options);
    tokens.set(key, fetched);
    try {
      return await fetched;
    } catch (error) {
      if (tokens.get(key) === fetched) tokens.delete(key);
      throw error;
    }
  };

  return {
    name: 'clientCredentials',
    async authorize(request): Promise<Authorization> {
      const held = await request.credential(tokenUrl.origin);
      if (held === undefined) return {};
      const { value, concealed } = await tokenFor(held, request);
      for (const secret of concealed) request.conceal(secret);
      return { headers: { Authorization: `Bearer ${value}` }, identity: held.identity };
    },
    async renew(request, refused) {
      const held = await request.credential(tokenUrl.origin);
      if (held === undefined) return false;
      const known = tokens.get(held.identity);
      const token = await known?.catch(() => undefined);
      // Another request may have renewed it meanwhile.
      if (
        `Bearer ${token?.value}` === refused.headers?.['Authorization'] &&
        tokens.get(held.identity) === known
      )
        tokens.delete(held.identity);
      return true;
    },
  };
}
