import type { Connections } from './egress/connections';
import type { Origins } from './egress/origins';
import type { FaultRule } from './fault-rules';
import type { HttpAnswer } from './http-answer';
import type { HttpRequest } from './http-request';
import type { RateLimits } from './limits/rate-limits';
import type { Slots } from './limits/slots';
import type { HttpTimeouts } from './request-scope';
import type { Transport } from './transport';

/** How an `HttpClient` behaves. */
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

/** {@link HttpClientOptions} with every default filled in, and what a client lends its exchanges. */
export interface ExchangeOptions extends Omit<HttpClientOptions, 'transport' | 'faults' | 'limits'> {
  readonly transport: Transport;
  readonly faults: readonly FaultRule[];
  readonly limits: RateLimits;
  readonly maxStreamBytes: number;
  readonly slots: (origin: string) => Slots;
  readonly send: (request: HttpRequest) => Promise<HttpAnswer>;
}
