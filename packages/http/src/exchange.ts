import type { IncomingMessage } from 'node:http';
import type { Span } from '@opentelemetry/api';
import { Secret } from '@stateful-workflow/core';
import type { Authorization, AuthRequest, AuthScheme } from './auth/auth-scheme';
import { bearer } from './auth/bearer';
import { describeRequest } from './describe-url';
import { discardBody } from './discard-body';
import { checkHeaders, headersForOtherOrigin } from './headers';
import type { HttpAnswer, HttpAnswerHead, HttpClientOptions, HttpMethod, HttpRequest } from './http-client';
import { HttpError } from './http-error';
import { fittingRule, type FaultRule, ruleError } from './fault-rules';
import { orAbort } from './limits/in-flight';
import { hidesLimit, mayHideLimit } from './limits/limit-signs';
import type { LimitedRequest, RateLimits } from './limits/rate-limits';
import type { Slots } from './limits/slots';
import { networkError } from './network-error';
import { ACCEPT_ENCODING } from './decompress';
import { decodeUtf8, readBody } from './read-body';
import { isRedirect, redirectTarget, tooManyRedirects } from './redirect';
import { RequestScope } from './request-scope';
import { failSpan, requestSpan } from './span';
import { statusError } from './status-error';
import { streamBody } from './stream-body';
import type { Transport } from './transport';

/** {@link HttpClientOptions} with every default filled in, and what a client lends its exchanges. */
export interface ExchangeOptions extends Omit<HttpClientOptions, 'transport' | 'faults' | 'limits'> {
  readonly transport: Transport;
  readonly faults: readonly FaultRule[];
  readonly limits: RateLimits;
  readonly maxStreamBytes: number;
  readonly slots: (origin: string) => Slots;
  readonly send: (request: HttpRequest) => Promise<HttpAnswer>;
}

/** So much of a body that tells of an error is read, for a rule to look at. */
const MAX_ERROR_BYTES = 64 * 1024;

const BEARER = bearer();

/** A request that may be sent, until it leaves. */
interface Entered {
  readonly scope: RequestScope;
  readonly leave: () => void;
}

/** One request from its credential to its answer, with the redirects between. */
export class Exchange {
  readonly #request: HttpRequest;
  readonly #options: ExchangeOptions;
  readonly #method: HttpMethod;
  readonly #scheme: AuthScheme;
  readonly #span: Span;
  #authorization: Authorization = {};

  /** @throws InvalidInputError for an origin that is not registered, or headers that cannot be sent */
  constructor(request: HttpRequest, options: ExchangeOptions) {
    options.origins.check(request.url, request.field);
    checkHeaders(request.headers);
    this.#request = request;
    this.#options = options;
    this.#method = request.method ?? 'GET';
    this.#scheme = request.auth ?? options.origins.settings(request.url).auth ?? BEARER;
    this.#span = requestSpan(this.#method, request.url, options.adapter);
  }

  /** Equal for requests that one answer is good for: the same question by holders of the same credential. */
  get key(): string {
    const { url, headers, body } = this.#request;
    const sorted = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1));
    return JSON.stringify([
      this.#method,
      url.href,
      sorted,
      body,
      this.#scheme.name,
      this.#authorization.identity,
    ]);
  }

  /** Runs what the exchange is for; its span ends then. */
  async traced<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      failSpan(this.#span, error);
      throw error;
    } finally {
      this.#span.end();
    }
  }

  /** Asks for the credential. Has to be called before anything is sent. */
  async authorize(): Promise<void> {
    const { url, signal } = this.#request;
    signal.throwIfAborted();
    const scope = new RequestScope(url, signal, { ...this.#options, method: this.#method });
    try {
      this.#authorization = await this.#authorize(url, scope.signal);
    } finally {
      scope.close();
    }
  }

  /** Sends the request and reads the answer. */
  async answer(signal: AbortSignal): Promise<HttpAnswer> {
    const { metrics } = this.#request;
    const started = performance.now();
    return await this.#within(signal, async (scope) => {
      metrics?.count('http_requests');
      try {
        const { message, url } = await this.#usable(scope);
        const answer = await this.#read(message, url, scope);
        metrics?.count('http_response_bytes', answer.bytes);
        return answer;
      } finally {
        metrics?.duration('http_request_duration', performance.now() - started);
      }
    });
  }

  /** Sends the request and has the answer read as it comes; its span ends with it. */
  async *stream<T>(
    read: (answer: HttpAnswerHead, chunks: AsyncIterable<Buffer>) => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    const { metrics, signal } = this.#request;
    const { adapter, maxStreamBytes: maxBytes } = this.#options;
    let entered: Entered | undefined;
    let message: IncomingMessage | undefined;
    try {
      await this.authorize();
      const { scope } = (entered = await this.#enter(signal));
      metrics?.count('http_requests');
      const usable = await this.#usable(scope);
      message = usable.message;
      const head = this.#head(message, usable.url);
      const onData = (bytes: number): void => {
        scope.alive();
        metrics?.count('http_response_bytes', bytes);
      };
      const setting = 'maxStreamBytes';
      yield* read(head, streamBody(message, { maxBytes, setting, adapter, request: head.request, onData }));
    } catch (error) {
      failSpan(this.#span, error);
      entered?.scope.signal.throwIfAborted();
      throw error;
    } finally {
      message?.destroy();
      entered?.leave();
      this.#span.end();
    }
  }

  async #within<T>(signal: AbortSignal, run: (scope: RequestScope) => Promise<T>): Promise<T> {
    const { scope, leave } = await this.#enter(signal);
    try {
      scope.signal.throwIfAborted();
      return await run(scope);
    } catch (error) {
      // Whatever broke because of it, the abort is what happened.
      scope.signal.throwIfAborted();
      throw error;
    } finally {
      leave();
    }
  }

  /** Waits until the origin may be asked; the clocks start then. */
  async #enter(signal: AbortSignal): Promise<Entered> {
    const { url } = this.#request;
    const { slots, limits, origins } = this.#options;
    const free = await slots(url.origin).take(signal);
    try {
      limits.pass(url.origin, this.#authorization.identity, origins.settings(url).budget, this.#limited(url));
    } catch (error) {
      free();
      this.#counted(error);
      throw error;
    }
    const scope = new RequestScope(url, signal, { ...this.#options, method: this.#method });
    const leave = (): void => {
      scope.close();
      free();
    };
    return { scope, leave };
  }

  /** The answer to read: no redirect, no error, and not the first 401 where another token may do. */
  async #usable(scope: RequestScope): Promise<{ message: IncomingMessage; url: URL }> {
    let answer = await this.#follow(scope);
    if (answer.message.statusCode === 401 && this.#scheme.renew !== undefined) {
      const refused = this.#authorization;
      const request = this.#authRequest(this.#request.url, scope.signal);
      if (await orAbort(this.#scheme.renew(request, refused), scope.signal)) {
        await discardBody(answer.message);
        this.#authorization = await this.#authorize(this.#request.url, scope.signal);
        answer = await this.#follow(scope);
      }
    }
    const { message, url } = answer;
    const { statusCode: status = 0 } = message;
    this.#span.setAttribute('http.response.status_code', status);
    if (status === 304) this.#request.metrics?.count('http_not_modified');
    if (status === 200 || status === 203 || status === 304 || this.#request.accept?.(status) === true)
      return answer;
    throw await this.#refusal(message, url, scope);
  }

  async #follow(scope: RequestScope): Promise<{ message: IncomingMessage; url: URL }> {
    const { origins, maxRedirects, userAgent, limits } = this.#options;
    const home = this.#request.url.origin;
    let headers: Record<string, string> = {
      'User-Agent': userAgent,
      Accept: 'application/json',
      ...this.#request.headers,
      'Accept-Encoding': ACCEPT_ENCODING,
    };
    let authorization: Authorization = this.#authorization;
    let { url } = this.#request;
    for (let redirects = 0; ; redirects += 1) {
      const message = await this.#send(url, headers, authorization, scope);
      const identity = url.origin === home ? this.#authorization.identity : undefined;
      limits.learn(url.origin, identity, message.statusCode ?? 0, message.headers, this.#limited(url));
      if (!isRedirect(message)) return { message, url };
      await discardBody(message);
      scope.signal.throwIfAborted();
      if (redirects === maxRedirects)
        throw tooManyRedirects(this.#method, this.#request.url, url, maxRedirects);
      const next = redirectTarget(message, this.#method, url);
      origins.check(next, this.#request.field, url);
      if (next.origin !== url.origin) {
        headers = { 'User-Agent': userAgent, ...headersForOtherOrigin(headers) };
        // What was dropped on the way out is not put back on the way home, as in browsers.
        authorization = {};
      } else if (authorization.headers !== undefined || authorization.query !== undefined) {
        // Another URL may need another signature.
        authorization = await this.#authorize(next, scope.signal);
      }
      url = next;
    }
  }

  async #send(
    url: URL,
    headers: Readonly<Record<string, string>>,
    authorization: Authorization,
    scope: RequestScope,
  ): Promise<IncomingMessage> {
    const { connections, origins, transport, faults } = this.#options;
    const { body } = this.#request;
    try {
      const agent = connections.agent(url, origins.settings(url));
      checkHeaders(authorization.headers ?? {});
      const full = authorization.query === undefined ? url : withQuery(url, authorization.query);
      const length: Record<string, string> =
        body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
      const sent = { ...headers, ...length, ...authorization.headers };
      return await transport.send({ method: this.#method, url: full, headers: sent, body, agent }, scope);
    } catch (error) {
      scope.signal.throwIfAborted();
      const known = networkError(describeRequest(this.#method, url), error);
      const rule = fittingRule(faults, { origin: url.origin, error });
      throw rule === undefined ? known : ruleError(rule, known.message, undefined);
    }
  }

  async #read(message: IncomingMessage, url: URL, scope: RequestScope): Promise<HttpAnswer> {
    const head = this.#head(message, url);
    const { request, status } = head;
    if (status === 304 || status === 204 || status === 205) {
      await discardBody(message);
      return { ...head, body: '', bytes: 0 };
    }
    const { adapter, maxResponseBytes: maxBytes, faults } = this.#options;
    const setting = 'maxResponseBytes';
    const onData = (): void => scope.alive();
    const bytes = await readBody(message, { maxBytes, setting, adapter, request, onData });
    const body = decodeUtf8(bytes, request);
    const { headers } = message;
    const rule = faults.length > 0 && fittingRule(faults, { origin: url.origin, status, headers, body });
    if (rule) throw this.#ruled(rule, message, request);
    // Whoever accepts the status has not asked for this.
    if (hidesLimit(status, headers, body)) throw this.#counted(statusError(request, status, headers, body));
    return { ...head, body, bytes: bytes.length };
  }

  /** The error for an answer that is none to use. */
  async #refusal(message: IncomingMessage, url: URL, scope: RequestScope): Promise<HttpError> {
    const { faults, adapter } = this.#options;
    const { request, status, headers } = this.#head(message, url);
    let body = '';
    if (mayHideLimit(status) || faults.some((rule) => rule.body !== undefined)) {
      const onData = (): void => scope.alive();
      const limits = { maxBytes: MAX_ERROR_BYTES, setting: 'maxResponseBytes', adapter, request, onData };
      // A body that cannot be read says nothing: the status does.
      body = (await readBody(message, limits).catch(() => Buffer.alloc(0))).toString('utf8');
    } else await discardBody(message);
    const rule = fittingRule(faults, { origin: url.origin, status, headers, body });
    if (rule !== undefined) return this.#ruled(rule, message, request);
    return this.#counted(statusError(request, status, headers, body));
  }

  #ruled(rule: FaultRule, message: IncomingMessage, request: string): HttpError {
    const { statusCode: status = 0, headers } = message;
    const known = statusError(request, status, headers);
    const waits = known.failure.type === 'status' ? known.failure.retryAfterMs : undefined;
    const text = `${request} answered ${status}, which is "${rule.kind}" by a rule in faults of ${this.#options.adapter}.`;
    return this.#counted(ruleError(rule, text, waits));
  }

  /** Counts what asks to wait. */
  #counted<E>(error: E): E {
    const { metrics } = this.#request;
    if (!(error instanceof HttpError) || !('retryAfterMs' in error.failure)) return error;
    const { retryAfterMs } = error.failure;
    if (retryAfterMs === undefined) return error;
    metrics?.count('http_throttled');
    metrics?.duration('http_wait', retryAfterMs);
    return error;
  }

  /** What of the request counts for the limits of an origin. */
  #limited(url: URL): LimitedRequest {
    const { url: first, route = first.pathname, demandedAt } = this.#request;
    const byRoute = this.#options.origins.settings(url).budget?.scope === 'route';
    return { ...(byRoute && { route }), ...(demandedAt !== undefined && { demandedAt }) };
  }

  #authorize(url: URL, signal: AbortSignal): Promise<Authorization> {
    return orAbort(this.#scheme.authorize(this.#authRequest(url, signal)), signal);
  }

  #authRequest(url: URL, signal: AbortSignal): AuthRequest {
    const { credential, conceal, metrics, headers, body } = this.#request;
    return {
      method: this.#method,
      url,
      headers,
      body,
      signal,
      credential: (origin = url.origin) => credential(origin),
      conceal: (secret) => conceal?.(new Secret(secret)),
      send: (request) =>
        this.#options.send({
          ...request,
          field: 'tokenUrl',
          signal,
          credential,
          metrics,
          dedupe: false,
          accept: (status) => status === 400 || status === 401 || status === 403,
        }),
    };
  }

  #head(message: IncomingMessage, url: URL): HttpAnswerHead {
    const { headers, statusCode: status = 0 } = message;
    return { status, headers, request: describeRequest(this.#method, url) };
  }
}

function withQuery(url: URL, query: Readonly<Record<string, string>>): URL {
  const full = new URL(url);
  for (const [name, value] of Object.entries(query)) full.searchParams.set(name, value);
  return full;
}
