import { Exchange } from './exchange';
import type { HttpAnswer, HttpAnswerHead } from './http-answer';
import type { ExchangeOptions, HttpClientOptions } from './http-client-options';
import type { HttpRequest } from './http-request';
import { InFlight } from './limits/in-flight';
import { RateLimits } from './limits/rate-limits';
import { Slots } from './limits/slots';
import { nodeTransport } from './node-transport';

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
