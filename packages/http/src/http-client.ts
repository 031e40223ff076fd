import type { IncomingHttpHeaders } from 'node:http';
import type { Credential, LoadMetrics, Secret } from '@stateful-workflow/core';
import type { AuthScheme } from './auth/auth-scheme';
import type { Connections } from './egress/connections';
import type { Origins } from './egress/origins';
import { Exchange, type ExchangeOptions } from './exchange';
import type { FaultRule } from './fault-rules';
import { InFlight } from './limits/in-flight';
import { RateLimits } from './limits/rate-limits';
import { Slots } from './limits/slots';
import { nodeTransport } from './node-transport';
import type { HttpTimeouts } from './request-scope';
import type { Transport } from './transport';

/** What a source may send: it reads. POST is for searches whose terms are in the body. */
export type HttpMethod = 'GET' | 'POST';

/** How an {@link HttpClient} behaves. */
export interface HttpClientOptions {
  /** Who asks, in errors: `restAdapter`. */
  readonly adapter: string;
  /** What sends single requests. @default Node's own client */
  readonly transport?: Transport;
  readonly connections: Connections;
  readonly origins: Origins;
  readonly timeouts: HttpTimeouts;
  /** The most bytes an answer may have, both as sent and unpacked. */
  readonly maxResponseBytes: number;
  /** The most bytes of an answer that is read as a stream. @default 1 GiB */
  readonly maxStreamBytes?: number;
  readonly maxRedirects: number;
  readonly userAgent: string;
  /** What answers and errors are, before the standard table. @default none */
  readonly faults?: readonly FaultRule[];
  /** How long an origin is left alone at most, whatever it asks for, in milliseconds. @default an hour */
  readonly maxRetryAfter?: number;
  /** Shared by several clients, or made for a test. @default the client's own */
  readonly limits?: RateLimits;
}

/** What to ask for. */
export interface HttpRequest {
  readonly url: URL;
  /** @default 'GET' */
  readonly method?: HttpMethod;
  /** What the person wrote that led to `url`, for errors: `path`, `apiUrl`. */
  readonly field: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Resolves the credential for an origin; its secret is shown to that origin only. */
  readonly credential: (origin: string) => Promise<Credential | undefined>;
  /** Hears of secrets that were made or got from the credential. @default nobody */
  readonly conceal?: (secret: Secret) => void;
  /**
   * Called when it is known whose the request is, before it is sent or shares an answer: for a limit of one's own.
   *
   * @param asker equal for requests that one limit holds; `undefined`: there is nobody to remember a limit for
   * @throws what holds the request back
   */
  readonly admit?: (asker: string | undefined) => void | Promise<void>;
  /** @default the scheme of the origin */
  readonly auth?: AuthScheme;
  /** Statuses whose answer is wanted, body and all, instead of an error. @default none but 200, 203 and 304 */
  readonly accept?: (status: number) => boolean;
  /** Where requests, bytes and waits are counted. @default nowhere */
  readonly metrics?: LoadMetrics;
  /** The route that it belongs to, where an API limits by route. @default the path of `url` */
  readonly route?: string;
  /**
   * When somebody asked for the load that it belongs to, in milliseconds since 1970: a wish of the origin to be left
   * alone that is older is tried once. @default nobody did
   */
  readonly demandedAt?: number;
  /** Whether an equal request that is under way may answer this one too. @default true */
  readonly dedupe?: boolean;
}

/** The head of an answer. */
export interface HttpAnswerHead {
  /** 200 or 203 with a body, 304 without, or what `accept` takes. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Names the request in errors, as redirected: `GET https://…`. */
  readonly request: string;
  /** Where it came from, as redirected: what links in it are relative to. */
  readonly url: URL;
}

/** A usable answer. */
export interface HttpAnswer extends HttpAnswerHead {
  readonly body: string;
  /** How long the body is, unpacked. */
  readonly bytes: number;
}

const DEFAULT_CONCURRENCY = 16;
const GIB = 1024 ** 3;

/**
 * Asks registered origins, within time, size and rate, each credential kept to its origin. Equal requests that are
 * under way at the same time, with the same credential, share one answer.
 */
export class HttpClient {
  readonly #options: ExchangeOptions;
  readonly #inFlight = new InFlight<HttpAnswer, Exchange>();
  readonly #slots = new Map<string, Slots>();

  constructor(options: HttpClientOptions) {
    const {
      transport = nodeTransport,
      faults = [],
      limits = new RateLimits(Date.now, options.maxRetryAfter),
      maxStreamBytes = GIB,
    } = options;
    const slots = (origin: string): Slots => this.#slotsOf(origin);
    const send: ExchangeOptions['send'] = (request) => this.request(request);
    this.#options = { ...options, transport, faults, limits, maxStreamBytes, slots, send };
  }

  /**
   * Sends a request, follows redirects and reads the body.
   *
   * @throws HttpError for anything but a usable answer; InvalidInputError for an origin that is not registered;
   *   what `request.credential` throws; the reason of `request.signal` when that is aborted
   */
  async request(request: HttpRequest): Promise<HttpAnswer> {
    const { dedupe = true, metrics, signal } = request;
    const exchange = new Exchange(request, this.#options);
    return exchange.traced(async () => {
      await exchange.authorize();
      const { key } = exchange;
      if (!dedupe || key === undefined) return exchange.answer(signal);
      const shared = this.#inFlight.join(key, exchange);
      if (shared.work !== exchange) metrics?.count('http_requests_shared');
      try {
        return await this.#inFlight.settled(shared, signal);
      } finally {
        exchange.hear(shared.work);
      }
    });
  }

  /**
   * Sends a request, follows redirects and has the body read as it comes. The connection is held until `read` is
   * through, or whoever iterates over it has had enough.
   *
   * @param read turns the answer into what the caller wants, piece by piece
   * @throws as {@link HttpClient.request} does
   */
  async *stream<T>(
    request: HttpRequest,
    read: (answer: HttpAnswerHead, chunks: AsyncIterable<Buffer>) => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    yield* new Exchange(request, this.#options).stream(read);
  }

  /** Closes every connection. */
  close(): void {
    this.#options.connections.close();
  }

  #slotsOf(origin: string): Slots {
    let slots = this.#slots.get(origin);
    if (slots === undefined) {
      const { concurrency = DEFAULT_CONCURRENCY } = this.#options.origins.settings(new URL(origin));
      this.#slots.set(origin, (slots = new Slots(concurrency)));
    }
    return slots;
  }
}
