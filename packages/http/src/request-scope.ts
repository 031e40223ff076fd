import { HttpError } from './http-error';
import type { TimeoutPhase } from './http-failure';
import { describeRequest } from './describe-url';

/** How long each phase of a request may take, in milliseconds. */
export interface HttpTimeouts {
  /** Until the connection is up, name lookup and TLS included. */
  readonly connect: number;
  /** Between two signs of life once it is: the answer's headers, or bytes of its body. */
  readonly idle: number;
  /** The whole request with its redirects and the body. */
  readonly total: number;
}

/**
 * The life of one request, redirects included: it ends when the load is aborted or a clock runs out. One
 * signal carries both to the socket, and its reason is the error to throw.
 */
export class RequestScope {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #adapter: string;
  readonly #timeouts: HttpTimeouts;
  readonly #method: string;
  readonly #total: NodeJS.Timeout;
  readonly #abort: () => void;
  #connect: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #url: URL;

  constructor(
    url: URL,
    parent: AbortSignal,
    {
      adapter,
      timeouts,
      method = 'GET',
    }: { readonly adapter: string; readonly timeouts: HttpTimeouts; readonly method?: string },
  ) {
    this.#adapter = adapter;
    this.#url = url;
    this.#parent = parent;
    this.#timeouts = timeouts;
    this.#method = method;
    this.#abort = () => this.#controller.abort(parent.reason);
    this.#total = setTimeout(() => this.#expire('total'), timeouts.total);
    if (parent.aborted) this.#abort();
    else parent.addEventListener('abort', this.#abort, { once: true });
  }

  /** Aborted with the parent's own reason, or with a timeout's {@link HttpError}. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** A connection for `url` is asked for: the connect clock starts. */
  connecting(url: URL): void {
    this.#url = url;
    this.#stopPhases();
    this.#connect = setTimeout(() => this.#expire('connect'), this.#timeouts.connect);
  }

  /** The connection is up: the idle clock starts. */
  connected(): void {
    this.#stopPhases();
    this.#idle = setTimeout(() => this.#expire('idle'), this.#timeouts.idle);
  }

  /** Bytes came: the idle clock starts anew. */
  alive(): void {
    this.#idle?.refresh();
  }

  /** Stops every clock and lets go of the parent. */
  close(): void {
    this.#stopPhases();
    clearTimeout(this.#total);
    this.#parent.removeEventListener('abort', this.#abort);
  }

  #stopPhases(): void {
    clearTimeout(this.#connect);
    clearTimeout(this.#idle);
  }

  #expire(phase: TimeoutPhase): void {
    const ms = this.#timeouts[phase];
    const what = {
      connect: `could not connect within ${ms} ms. Check that the host is up and reachable from the worker`,
      idle: `received nothing for ${ms} ms. The API is slow or stuck; if that is normal for it`,
      total: `took longer than ${ms} ms. Ask for smaller pages; if the API is always this slow`,
    }[phase];
    const fix = `raise timeouts.${phase} of ${this.#adapter}`;
    const message = `${describeRequest(this.#method, this.#url)} ${what}, ${phase === 'connect' ? 'or ' : ''}${fix}.`;
    this.#controller.abort(new HttpError({ type: 'timeout', phase }, message));
  }
}
