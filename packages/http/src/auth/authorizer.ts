import { type Credential, Secret } from '@stateful-workflow/core';
import type { HttpAnswer } from '../http-answer';
import type { HttpMethod } from '../http-method';
import type { HttpRequest } from '../http-request';
import { orAbort } from '../limits/in-flight';
import { type Asker, askerOf } from './asker';
import type { Authorization, AuthRequest, AuthScheme } from './auth-scheme';
import { ShownSecrets } from './shown-secrets';

/** Token endpoints say with these why they give none. */
const TOLD: ReadonlySet<number> = new Set([400, 401, 403]);

/** Shows the credential of one request, at its origin only, and knows what was shown. */
export class Authorizer {
  readonly scheme: AuthScheme;
  readonly #request: HttpRequest;
  readonly #method: HttpMethod;
  readonly #send: (request: HttpRequest) => Promise<HttpAnswer>;
  /** By origin. One request has one credential, so that whoever shares its answer has that one, too. */
  readonly #credentials = new Map<string, Promise<Credential | undefined>>();
  readonly #held = new Set<Credential>();
  readonly #shown: ShownSecrets;
  readonly #concealed = new Set<string>();

  /** @param send sends a request of the scheme's own, for a token */
  constructor(scheme: AuthScheme, request: HttpRequest, send: (request: HttpRequest) => Promise<HttpAnswer>) {
    this.scheme = scheme;
    this.#request = request;
    this.#method = request.method ?? 'GET';
    this.#send = send;
    this.#shown = new ShownSecrets(scheme.queryParameters);
  }

  /** Asks the scheme what to add to the request, as it goes to a URL of its origin. */
  async authorize(url: URL, signal: AbortSignal): Promise<Authorization> {
    const authorization = await orAbort(this.scheme.authorize(this.#authRequest(url, signal)), signal);
    this.#shown.show(authorization);
    return authorization;
  }

  /** Whether a request that was refused with 401 is worth another try. */
  async renew(url: URL, refused: Authorization, signal: AbortSignal): Promise<boolean> {
    const renewed = this.scheme.renew?.(this.#authRequest(url, signal), refused);
    return renewed !== undefined && (await orAbort(renewed, signal));
  }

  /** Whose a request is that shows this. */
  askerOf(authorization: Authorization): Asker {
    return askerOf(
      authorization,
      [...this.#held].map(({ identity }) => identity),
    );
  }

  /**
   * A URL of another origin, without the parameters that showed the credential.
   *
   * @returns `undefined` when it holds the credential all the same
   */
  leftOut(url: URL): URL | undefined {
    return this.#shown.leftOut(url);
  }

  /** Whether a text holds the credential, or what was made or got from it. */
  isIn(text: string): boolean {
    return this.#shown.isIn(text);
  }

  /** What was made or got from the credential becomes a secret of this request as well, which shares its answer. */
  hear(other: Authorizer): void {
    for (const secret of other.#concealed) this.#conceal(secret);
  }

  #conceal(secret: string): void {
    if (this.#concealed.has(secret)) return;
    this.#concealed.add(secret);
    this.#shown.derive(secret);
    this.#request.conceal?.(new Secret(secret));
  }

  #credential(origin: string): Promise<Credential | undefined> {
    const known = this.#credentials.get(origin);
    if (known !== undefined) return known;
    const asked = this.#request.credential(origin).then((held) => {
      if (held === undefined) return undefined;
      this.#held.add(held);
      this.#shown.hold(held.secret.reveal());
      return held;
    });
    this.#credentials.set(origin, asked);
    return asked;
  }

  #authRequest(url: URL, signal: AbortSignal): AuthRequest {
    const { metrics, headers, body } = this.#request;
    const credential = (origin = url.origin): Promise<Credential | undefined> => this.#credential(origin);
    return {
      method: this.#method,
      url: new URL(url),
      headers,
      body,
      signal,
      credential,
      conceal: (secret) => this.#conceal(secret),
      send: (request) =>
        this.#send({
          ...request,
          field: 'tokenUrl',
          signal,
          credential,
          conceal: (secret) => this.#conceal(secret.reveal()),
          metrics,
          dedupe: false,
          accept: (status) => TOLD.has(status),
        }),
    };
  }
}
