import type { Credential, CredentialIdentity } from '@stateful-workflow/core';
import { HttpError } from '../http-error';
import type { Authorization, AuthRequest, AuthScheme } from './auth-scheme';
import { basic } from './basic';
import { unusable } from './credential-text';

/** How tokens are got by OAuth 2.0 client credentials (RFC 6749, section 4.4). */
export interface ClientCredentialsOptions {
  /** The token endpoint. Its origin has to be registered, and the credential bound to it. */
  readonly tokenUrl: string;
  /** The client's id. @default the credential is `id:secret` */
  readonly clientId?: string;
  /** What the token may be used for, as the API names it. */
  readonly scope?: string;
  /** Whom the token is for, where the endpoint wants it. */
  readonly audience?: string;
  /** How id and secret are sent to the token endpoint. @default 'basic' */
  readonly clientAuth?: 'basic' | 'body';
}

interface Token {
  readonly value: string;
  readonly expiresAt: number;
}

/** What a token is good for when the endpoint does not say, and how long before its end it is used no more. */
const LIFETIME_S = 300;
const MARGIN_MS = 30_000;

/** So many clients share one worker at most; past it the oldest token is fetched anew. */
const MAX_TOKENS = 1_000;

/**
 * Gets a token with the source's credential, the client's secret, and sends that. Tokens are held in the worker's
 * memory until shortly before they end; one that the API refuses with 401 is fetched anew once.
 *
 * The secret goes to the token endpoint only, the token to the API only.
 *
 * @example
 * { origin: 'https://crm.example.com', auth: clientCredentials({ tokenUrl: 'https://login.example.com/token', clientId: 'sync' }) }
 */
export function clientCredentials(options: ClientCredentialsOptions): AuthScheme {
  const tokenUrl = new URL(options.tokenUrl);
  const tokens = new Map<CredentialIdentity, Promise<Token>>();

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
    const fetched = fetchToken(held, request);
    tokens.set(key, fetched);
    if (tokens.size > MAX_TOKENS) tokens.delete(tokens.keys().next().value as CredentialIdentity);
    try {
      return await fetched;
    } catch (error) {
      if (tokens.get(key) === fetched) tokens.delete(key);
      throw error;
    }
  };

  const fetchToken = async (held: Credential, request: AuthRequest): Promise<Token> => {
    const { clientId, scope, audience, clientAuth = 'basic' } = options;
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    if (scope !== undefined) body.set('scope', scope);
    if (audience !== undefined) body.set('audience', audience);
    if (clientAuth === 'body') {
      const [id, secret] = clientPair(held, tokenUrl.origin, clientId);
      body.set('client_id', id);
      body.set('client_secret', secret);
    }
    const answer = await request.send({
      url: tokenUrl,
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: body.toString(),
      auth: clientAuth === 'basic' ? basic({ user: clientId }) : NONE,
    });
    return readToken(answer, held, tokenUrl.origin);
  };

  return {
    name: 'clientCredentials',
    async authorize(request): Promise<Authorization> {
      const held = await request.credential(tokenUrl.origin);
      if (held === undefined) return {};
      const { value } = await tokenFor(held, request);
      request.conceal(value);
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

/** Shows nothing: the secret is in the body. */
const NONE: AuthScheme = { name: 'none', authorize: async () => ({}) };

function clientPair(held: Credential, origin: string, clientId: string | undefined): [string, string] {
  const text = held.secret.reveal();
  if (clientId !== undefined) return [clientId, text];
  const colon = text.indexOf(':');
  if (colon < 0)
    throw unusable(held, origin, 'is not id:secret. Store both, or give clientCredentials() the clientId.');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

function readToken(
  answer: { status: number; body: string; request: string },
  held: Credential,
  origin: string,
): Token {
  if (answer.status === 400 || answer.status === 401 || answer.status === 403)
    throw unusable(
      held,
      origin,
      `was refused by the token endpoint with ${answer.status}. Rotate it, or check clientId and scope.`,
    );
  const wrong = (what: string): HttpError =>
    new HttpError({ type: 'body', problem: 'malformed' }, `${answer.request} ${what}. Check tokenUrl.`);
  let body: unknown;
  try {
    body = JSON.parse(answer.body);
  } catch {
    // The parser's message quotes the body, which may hold a token.
    throw wrong('answered with a body that is not JSON');
  }
  const { access_token: value, expires_in: seconds } = (body ?? {}) as Record<string, unknown>;
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) throw wrong('gave no usable access_token');
  const given = Number(seconds);
  const lifetime = 1_000 * (Number.isFinite(given) && given > 0 ? given : LIFETIME_S);
  return { value, expiresAt: Date.now() + lifetime - Math.min(MARGIN_MS, lifetime / 2) };
}
