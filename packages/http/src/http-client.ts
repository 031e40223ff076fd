import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Credential } from '@stateful-workflow/core';
import { bearer } from './bearer';
import { describeUrl } from './describe-url';
import { discardBody } from './discard-body';
import { headersForOtherOrigin } from './headers';
import { networkError } from './network-error';
import type { Origins } from './origins';
import { ACCEPT_ENCODING, decodeUtf8, readBody } from './read-body';
import { isRedirect, redirectTarget, tooManyRedirects } from './redirect';
import { RequestScope, type HttpTimeouts } from './request-scope';
import { statusError } from './status-error';
import type { Transport } from './transport';

/** How an {@link HttpClient} behaves. */
export interface HttpClientOptions {
  /** Who asks, in errors: `restAdapter`. */
  readonly adapter: string;
  readonly transport: Transport;
  readonly origins: Origins;
  readonly timeouts: HttpTimeouts;
  readonly maxResponseBytes: number;
  readonly maxRedirects: number;
  readonly userAgent: string;
}

/** What to ask for. */
export interface HttpRequest {
  readonly url: URL;
  /** What the person wrote that led to `url`, for errors: `path`, `apiUrl`. */
  readonly field: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Resolves the credential for an origin; its secret goes out as a bearer token, to that origin only. */
  credential(origin: string): Promise<Credential | undefined>;
}

/** A usable answer. */
export interface HttpAnswer {
  /** 200 or 203 with a body, or 304 without. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** How long the body is, unpacked. */
  readonly bytes: number;
  /** Names the request in errors, as redirected: `GET https://…`. */
  readonly request: string;
}

/** Gets URLs: from registered origins only, within time and size, each credential kept to its origin. */
export class HttpClient {
  readonly #options: HttpClientOptions;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  /**
   * Gets a URL, follows redirects and reads the body.
   *
   * @throws HttpError for anything but a usable answer; InvalidInputError for an origin that is not registered;
   *   what `request.credential` throws; the reason of `request.signal` when that is aborted
   */
  async get(request: HttpRequest): Promise<HttpAnswer> {
    this.#options.origins.check(request.url, request.field);
    const scope = new RequestScope(request.url, request.signal, this.#options);
    try {
      scope.signal.throwIfAborted();
      return await this.#follow(request, scope);
    } catch (error) {
      // Whatever broke because of it, the abort is what happened.
      scope.signal.throwIfAborted();
      throw error;
    } finally {
      scope.close();
    }
  }

  /** Closes every connection. */
  close(): void {
    this.#options.transport.close();
  }

  async #follow(request: HttpRequest, scope: RequestScope): Promise<HttpAnswer> {
    const { origins, maxRedirects, userAgent } = this.#options;
    let headers: Record<string, string> = {
      'User-Agent': userAgent,
      Accept: 'application/json',
      ...request.headers,
      'Accept-Encoding': ACCEPT_ENCODING,
      ...(await bearer(request, scope.signal)),
    };
    let url = request.url;
    for (let redirects = 0; ; redirects += 1) {
      const message = await this.#send(url, headers, scope);
      if (!isRedirect(message)) return await this.#read(message, url, scope);
      await discardBody(message);
      scope.signal.throwIfAborted();
      if (redirects === maxRedirects) throw tooManyRedirects(request.url, url, maxRedirects);
      const next = redirectTarget(message, url);
      origins.check(next, request.field, url);
      // What was dropped on the way out is not put back on the way home, as in browsers.
      if (next.origin !== url.origin) {
        headers = { 'User-Agent': userAgent, ...headersForOtherOrigin(headers) };
      }
      url = next;
    }
  }

  async #send(url: URL, headers: Record<string, string>, scope: RequestScope): Promise<IncomingMessage> {
    try {
      return await this.#options.transport.get(url, headers, scope);
    } catch (error) {
      throw networkError(url, error);
    }
  }

  async #read(message: IncomingMessage, url: URL, scope: RequestScope): Promise<HttpAnswer> {
    const request = `GET ${describeUrl(url)}`;
    const { headers, statusCode: status = 0 } = message;
    if (status === 200 || status === 203) {
      const { adapter, maxResponseBytes: maxBytes } = this.#options;
      const bytes = await readBody(message, { maxBytes, adapter, request, onData: () => scope.alive() });
      return { status, headers, body: decodeUtf8(bytes, request), bytes: bytes.length, request };
    }
    await discardBody(message);
    if (status === 304) return { status, headers, body: '', bytes: 0, request };
    throw statusError(request, status, headers);
  }
}
