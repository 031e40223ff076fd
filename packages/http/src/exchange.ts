import type { IncomingMessage } from 'node:http';
import type { Span } from '@opentelemetry/api';
import { InvalidInputError } from '@stateful-workflow/core';
import { ANONYMOUS, type Asker } from './auth/asker';
import type { Authorization } from './auth/auth-scheme';
import { Authorizer } from './auth/authorizer';
import { bearer } from './auth/bearer';
import { describeRequest } from './describe-url';
import { discardBody } from './discard-body';
import { checkHeaders, headersForOtherOrigin } from './headers';
import type { ExchangeOptions } from './http-client-options';
import type { HttpAnswer, HttpAnswerHead } from './http-answer';
import type { HttpMethod } from './http-method';
import type { HttpRequest } from './http-request';
import { HttpError } from './http-error';
import { classify } from './classify';
import { fittingRule, type FaultRule, ruleError } from './fault-rules';
import { orAbort } from './limits/in-flight';
import { hidesLimit, mayHideLimit, retryAfterOf, waitAsked } from './limits/limit-signs';
import type { LimitedRequest } from './limits/rate-limits';
import { networkError } from './network-error';
import { ACCEPT_ENCODING } from './decompress';
import { decodeUtf8, readBody } from './read-body';
import { isRedirect, redirectTarget, tooManyRedirects, wouldLeave } from './redirect';
import { RequestScope } from './request-scope';
import { failSpan, requestSpan, tellUrl } from './span';
import { statusError } from './status-error';
import { streamBody } from './stream-body';

/** So much of a body that tells of an error is read, for a rule to look at. */
const MAX_ERROR_BYTES = 64 * 1024;

const BEARER = bearer();

/** A request that may be sent, until it leaves. */
interface Entered {
  readonly scope: RequestScope;
  readonly leave: () => void;
}

/** An answer, and where it came from. */
interface Answered {
  readonly message: IncomingMessage;
  readonly url: URL;
  /** Whether redirects led away from the request's origin, and so from the credential. */
  readonly hasLeft: boolean;
}

/** One request from its credential to its answer, with the redirects between. */
export class Exchange {
  readonly #request: HttpRequest;
  readonly #options: ExchangeOptions;
  readonly #method: HttpMethod;
  readonly #authorizer: Authorizer;
  readonly #span: Span;
  #authorization: Authorization = {};
  #asker: Asker = {};

  /** @throws InvalidInputError for an origin that is not registered, or headers that cannot be sent */
  constructor(request: HttpRequest, options: ExchangeOptions) {
    options.origins.check(request.url, request.field);
    checkHeaders(request.headers);
    this.#request = request;
    this.#options = options;
    this.#method = request.method ?? 'GET';
    const scheme = request.auth ?? options.origins.settings(request.url).auth ?? BEARER;
    this.#authorizer = new Authorizer(scheme, request, options.send);
    this.#span = requestSpan(this.#method, request.url, options.adapter);
  }

  /**
   * Equal for requests that one answer is good for: the same question, put in the same way by holders of the same
   * credential, who take the same answers. `undefined` when nobody knows whose it is.
   */
  get key(): string | undefined {
    const { url, headers, body, field, accept } = this.#request;
    const { answers } = this.#asker;
    if (answers === undefined) return undefined;
    const { headers: shown, query } = this.#authorization;
    const scheme = this.#authorizer.scheme.name;
    const sorted = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1));
    const asked = [this.#method, url.href, sorted, body, field, taken(accept)];
    return JSON.stringify([answers, scheme, shown, query, ...asked]);
  }

  /** What was made or got from the credential becomes a secret of this request as well, which shares its answer. */
  hear(other: Exchange): void {
    this.#authorizer.hear(other.#authorizer);
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
    const { url, signal, admit } = this.#request;
    signal.throwIfAborted();
    const scope = new RequestScope(url, signal, { ...this.#options, method: this.#method });
    try {
      this.#authorization = await this.#authorizer.authorize(url, scope.signal);
      this.#asker = this.#authorizer.askerOf(this.#authorization);
      tellUrl(this.#span, url, (text) => this.#authorizer.isIn(text));
      if (admit !== undefined) await orAbort(Promise.resolve(admit(this.#asker.limits)), scope.signal);
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
        const answer = await this.#read(await this.#usable(scope), scope);
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
    const free = await this.#options.slots(url.origin).take(signal);
    try {
      this.#pass();
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

  /** Counts the request against the limits of whose it is. @throws HttpError `limit` */
  #pass(): void {
    const { limits, origins } = this.#options;
    const { url } = this.#request;
    const { origin } = url;
    const { budget } = origins.settings(url);
    const { limits: asker } = this.#asker;
    if (asker !== undefined) return limits.pass(origin, asker, budget, this.#limited(url));
    if (budget?.requests === undefined) return;
    throw new InvalidInputError(
      'budget',
      `of ${origin} counts by credential, and its scheme "${this.#authorizer.scheme.name}" does not say whose a request is`,
      'Have its authorize return the identity of the credential',
    );
  }

  /** The answer to read: no redirect, no error, and not the first 401 where another token may do. */
  async #usable(scope: RequestScope): Promise<Answered> {
    let answer = await this.#follow(scope);
    if (answer.message.statusCode === 401 && !answer.hasLeft) {
      const { url } = this.#request;
      if (await this.#authorizer.renew(url, this.#authorization, scope.signal)) {
        await discardBody(answer.message);
        this.#authorization = await this.#authorizer.authorize(url, scope.signal);
        answer = await this.#follow(scope);
      }
    }
    const { message } = answer;
    const { statusCode: status = 0 } = message;
    this.#span.setAttribute('http.response.status_code', status);
    if (status === 304) this.#request.metrics?.count('http_not_modified');
    if (status === 200 || status === 203 || status === 304 || this.#request.accept?.(status) === true)
      return answer;
    throw await this.#refusal(answer, scope);
  }

  async #follow(scope: RequestScope): Promise<Answered> {
    const { origins, maxRedirects, userAgent, limits } = this.#options;
    let headers: Record<string, string> = {
      'User-Agent': userAgent,
      Accept: 'application/json',
      ...this.#request.headers,
      'Accept-Encoding': ACCEPT_ENCODING,
    };
    let authorization: Authorization = this.#authorization;
    let hasLeft = false;
    let { url } = this.#request;
    for (let redirects = 0; ; redirects += 1) {
      const message = await this.#send(url, headers, authorization, scope);
      const { limits: asker } = hasLeft ? ANONYMOUS : this.#asker;
      if (asker !== undefined)
        limits.learn(url.origin, asker, message.statusCode ?? 0, message.headers, this.#limited(url));
      if (!isRedirect(message)) return { message, url, hasLeft };
      await discardBody(message);
      scope.signal.throwIfAborted();
      if (redirects === maxRedirects)
        throw tooManyRedirects(this.#method, this.#request.url, url, maxRedirects);
      let next = redirectTarget(message, this.#method, url);
      origins.check(next, this.#request.field, url);
      if (next.origin !== url.origin) {
        const clean = this.#authorizer.leftOut(next);
        if (clean === undefined) throw wouldLeave(this.#method, url, next);
        next = clean;
        headers = { 'User-Agent': userAgent, ...headersForOtherOrigin(headers) };
        // What was dropped on the way out is not put back on the way home, as in browsers.
        authorization = {};
        hasLeft = true;
      } else if (authorization.headers !== undefined || authorization.query !== undefined) {
        // Another URL may need another signature.
        authorization = await this.#authorizer.authorize(next, scope.signal);
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

  async #read(answered: Answered, scope: RequestScope): Promise<HttpAnswer> {
    const { message, url } = answered;
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
    if (rule) throw this.#heard(this.#ruled(rule, message, request), answered);
    // Whoever accepts the status has not asked for this.
    if (hidesLimit(status, headers, body))
      throw this.#heard(statusError(request, status, headers, body), answered);
    return { ...head, body, bytes: bytes.length };
  }

  /** The error for an answer that is none to use. */
  async #refusal(answered: Answered, scope: RequestScope): Promise<HttpError> {
    const { faults, adapter } = this.#options;
    const { message, url } = answered;
    const { request, status, headers } = this.#head(message, url);
    let body = '';
    if (mayHideLimit(status) || faults.some((rule) => rule.body !== undefined)) {
      const onData = (): void => scope.alive();
      const limits = { maxBytes: MAX_ERROR_BYTES, setting: 'maxResponseBytes', adapter, request, onData };
      // A body that cannot be read says nothing: the status does.
      body = (await readBody(message, limits).catch(() => Buffer.alloc(0))).toString('utf8');
    } else await discardBody(message);
    const rule = fittingRule(faults, { origin: url.origin, status, headers, body });
    const error =
      rule === undefined ? statusError(request, status, headers, body) : this.#ruled(rule, message, request);
    return this.#heard(error, answered);
  }

  #ruled(rule: FaultRule, message: IncomingMessage, request: string): HttpError {
    const { statusCode: status = 0, headers } = message;
    const waits = rule.kind === 'throttled' ? waitAsked(headers) : retryAfterOf(headers);
    const text = `${request} answered ${status}, which is "${rule.kind}" by a rule in faults of ${this.#options.adapter}.`;
    return ruleError(rule, text, waits);
  }

  /**
   * Leaves the origin alone where an answer is that of a limit and says for how long: its body or a rule may tell what its
   * status does not.
   */
  #heard(error: HttpError, { message: { headers }, url, hasLeft }: Answered): HttpError {
    const { limits: asker } = hasLeft ? ANONYMOUS : this.#asker;
    const { kind, retryAfterMs = 0 } = classify(error);
    if (kind === 'throttled' && retryAfterMs > 0 && asker !== undefined)
      this.#options.limits.hold(url.origin, asker, retryAfterMs, headers, this.#limited(url));
    return this.#counted(error);
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

  #head(message: IncomingMessage, url: URL): HttpAnswerHead {
    const { headers, statusCode: status = 0 } = message;
    return { status, headers, url, request: describeRequest(this.#method, url) };
  }
}

/** What a request takes beside what every one does, so that two can be compared. */
function taken(accept: HttpRequest['accept']): string | undefined {
  if (accept === undefined) return undefined;
  let statuses = '';
  for (let status = 100; status < 600; status += 1) statuses += accept(status) ? '1' : '0';
  return statuses;
}

function withQuery(url: URL, query: Readonly<Record<string, string>>): URL {
  const full = new URL(url);
  for (const [name, value] of Object.entries(query)) full.searchParams.set(name, value);
  return full;
}
