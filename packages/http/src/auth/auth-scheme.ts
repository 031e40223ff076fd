import type { Credential, CredentialIdentity } from '@stateful-workflow/core';
import type { HttpAnswer } from '../http-answer';
import type { HttpMethod } from '../http-method';

/**
 * How a credential is shown to an origin. One that is replaced has its own `authorize`; the rest of a request, and
 * who may be reached, stays with the client.
 *
 * ## Rules
 * - `authorize` is asked for every request, so that a rotated credential is the new one at the next page. Within one
 *   request, redirects and a second try included, a credential is the same.
 * - Reveal the secret only to make what is returned. It goes to the origin that it was resolved for, and no redirect
 *   takes it elsewhere.
 * - `authorize` may be asked for several requests at once.
 * - Whatever is made of the credential, or is a part of it, is told to `conceal`.
 * - Connections are shared by all credentials of an origin: a scheme that authenticates the connection and not the
 *   request (NTLM, Kerberos) is not for here.
 *
 * @example
 * const hmac: AuthScheme = {
 *   name: 'hmac',
 *   async authorize({ url, method, credential }) {
 *     const held = await credential();
 *     if (held === undefined) return {};
 *     const signature = createHmac('sha256', held.secret.reveal()).update(`${method} ${url.pathname}`).digest('hex');
 *     return { headers: { 'X-Signature': signature }, identity: held.identity };
 *   },
 * };
 */
export interface AuthScheme {
  /** Names the scheme in errors. */
  readonly name: string;
  /** The query parameters that hold the secret: they are taken out of links that an API gives. @default none */
  readonly queryParameters?: readonly string[];
  /** Makes what shows the credential; nothing, when the source has none. */
  authorize(request: AuthRequest): Promise<Authorization>;
  /**
   * Called once for a request that was answered with 401.
   *
   * @param refused what was sent
   * @returns whether to ask `authorize` and the origin again
   */
  renew?(request: AuthRequest, refused: Authorization): Promise<boolean>;
}

/** A request that is to be authorized. */
export interface AuthRequest {
  readonly method: HttpMethod;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /**
   * Resolves the source's credential, for one origin only.
   *
   * @param origin where it will be sent. @default the request's own
   */
  readonly credential: (origin?: string) => Promise<Credential | undefined>;
  /** Names a secret that was made or got from the credential: it is kept out of whatever is said of the load. */
  readonly conceal: (secret: string) => void;
  /** Sends a request of the scheme's own, to a registered origin: for a token. */
  readonly send: (request: SchemeRequest) => Promise<HttpAnswer>;
}

/** A request that a scheme sends by itself. */
export interface SchemeRequest {
  readonly url: URL;
  /** @default 'GET' */
  readonly method?: HttpMethod;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** @default the scheme of the origin */
  readonly auth?: AuthScheme;
}

/** What is added to a request. */
export interface Authorization {
  readonly headers?: Readonly<Record<string, string>>;
  /** Query parameters. They are in the server's logs: prefer a header where the API takes one. */
  readonly query?: Readonly<Record<string, string>>;
  /**
   * The credential's own identity. Only requests of equal identity share answers and limits.
   * @default no answer is shared, and limits are those of the credentials that were asked for
   */
  readonly identity?: CredentialIdentity;
}
