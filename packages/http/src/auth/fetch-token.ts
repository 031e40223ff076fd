import { type Credential, Secret } from '@stateful-workflow/core';
import { holdsSecret } from '@stateful-workflow/core/secrets';
import type { HttpAnswer } from '../http-answer';
import { HttpError } from '../http-error';
import { isObject } from '../values';
import type { AuthRequest } from './auth-scheme';
import type { ClientCredentialsOptions } from './client-credentials-options';
import { clientProof } from './client-proof';
import { unusable } from './credential-text';

/** An access token, as long as it is good. */
export interface Token {
  readonly value: string;
  /** When it is used no more, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** What is a secret of whoever uses it: the token, and what the endpoint was shown for it. */
  readonly concealed: ReadonlySet<string>;
}

/** What a token is good for when the endpoint does not say, and how long before its end it is used no more. */
const LIFETIME_S = 300;
const MARGIN_MS = 30_000;

/** So much of a description is looked at, and so much of it told. No secret is as long as what lies between. */
const MAX_DESCRIPTION = 64 * 1024;
const MAX_TOLD = 200;

/** What endpoints say when it is not for the client to do something. */
const TEMPORARY = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);

/**
 * Gets a token for a credential. The grammar of OAuth is the library's; where its request may go, and what an answer may
 * be, is the client's, as for any request.
 *
 * @throws HttpError `credential` when the endpoint refuses the client, with what it says why
 */
export async function fetchToken(
  held: Credential,
  request: AuthRequest,
  options: ClientCredentialsOptions,
): Promise<Token> {
  // It is an ES module only: loaded by those who need it, it is no hindrance to test runners that cannot.
  const oauth = await import('oauth4webapi');
  const { tokenUrl, scope, audience, assertionAudience = tokenUrl } = options;
  const concealed = new Set<string>();
  const conceal = (secret: string): void => {
    concealed.add(secret);
    request.conceal(secret);
  };
  const { clientId, prove } = await clientProof(oauth, held, options, conceal);
  const endpoint = new URL(tokenUrl);
  const server = { issuer: assertionAudience, token_endpoint: endpoint.href };
  const client = { client_id: clientId };
  const parameters = { ...(scope !== undefined && { scope }), ...(audience !== undefined && { audience }) };
  let answer: HttpAnswer | undefined;
  const response = await oauth.clientCredentialsGrantRequest(server, client, prove, parameters, {
    // Which schemes may be used is for the registered origins to say.
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (_url, { headers, body }) => {
      const { authorization } = headers;
      for (const secret of [authorization?.replace(/^Basic /, ''), body.get('client_assertion')])
        if (secret !== null && secret !== undefined) conceal(secret);
      answer = await request.send({
        url: endpoint,
        method: 'POST',
        headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' },
        body: body.toString(),
        auth: {
          name: 'client',
          authorize: async () => ({
            ...(authorization !== undefined && { headers: { Authorization: authorization } }),
            identity: held.identity,
          }),
        },
      });
      const granted = grant(answer, held, endpoint.origin, [
        held.secret,
        ...[...concealed].map((value) => new Secret(value)),
      ]);
      return Response.json(granted);
    },
  });
  const wrong = (what: string): HttpError => malformed(answer as HttpAnswer, what);
  const token = await oauth
    .processClientCredentialsResponse(server, client, response)
    .catch((error: Error) => {
      // Its cause is the answer, and with it the token.
      throw wrong(`gave no usable access_token: ${error.message}`);
    });
  const { access_token: value, token_type: type, expires_in: seconds } = token;
  if (type !== 'bearer') throw wrong('gave an access_token that is no bearer token');
  if (!/^[\x21-\x7e]+$/.test(value)) throw wrong('gave no usable access_token: it cannot be in a header');
  conceal(value);
  const lifetime = 1_000 * (seconds || LIFETIME_S);
  return { value, expiresAt: Date.now() + lifetime - Math.min(MARGIN_MS, lifetime / 2), concealed };
}

/** The body of an answer that gives a token. @throws HttpError for one that refuses it, or is no JSON */
function grant(
  answer: HttpAnswer,
  held: Credential,
  origin: string,
  secrets: readonly Secret[],
): Readonly<Record<string, unknown>> {
  const { status, request } = answer;
  const body = parsed(answer.body);
  if (status >= 400 || typeof body?.['error'] === 'string') {
    const { error = '', why } = told(body, secrets);
    if (TEMPORARY.has(error))
      throw new HttpError({ type: 'rule', kind: 'transient' }, `${request} answered ${status}${why}.`);
    throw unusable(
      held,
      origin,
      `was refused by the token endpoint with ${status}${why}. Rotate it, or check clientId and scope.`,
    );
  }
  if (body === undefined) throw malformed(answer, 'answered with a body that is not a JSON object');
  // Nulls are how some say that they say nothing; an ID token tells of a user, and there is none.
  const given = Object.entries(body).filter(([name, value]) => value !== null && name !== 'id_token');
  // Some leave out the type of a bearer token. One of another type is of no use without being named.
  return { token_type: 'bearer', ...Object.fromEntries(given) };
}

/** What an endpoint says of why it gives no token: bounded, and without what it was told. */
function told(
  body: Readonly<Record<string, unknown>> | undefined,
  secrets: readonly Secret[],
): { readonly error?: string; readonly why: string } {
  const [error, description] = [body?.['error'], body?.['error_description']].map((value) => {
    const text = typeof value === 'string' ? value.slice(0, MAX_DESCRIPTION) : '';
    const isTold = /^[\x20-\x7e]+$/.test(text) && !holdsSecret(text, secrets);
    return isTold ? text.slice(0, MAX_TOLD) : undefined;
  });
  const said = [error, description].filter((text) => text !== undefined).join(': ');
  return { error, why: said === '' ? '' : ` (${said.replace(/\.$/, '')})` };
}

function parsed(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    // The parser's message quotes the body, which may hold a token.
    return undefined;
  }
}

const malformed = ({ request }: HttpAnswer, what: string): HttpError =>
  new HttpError({ type: 'body', problem: 'malformed' }, `${request} ${what}. Check tokenUrl.`);
