import type { Agent, IncomingMessage } from 'node:http';
import type { HttpMethod } from './http-method';
import type { RequestScope } from './request-scope';

/** One request as it goes out. */
export interface TransportRequest {
  readonly method: HttpMethod;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Makes and keeps the connection, to an address that was checked: a transport uses this one and no other. */
  readonly agent: Agent;
}

/**
 * How single requests are sent: an adapter's driver. It follows no redirect, judges no status, uses no proxy of its
 * own and leaves the body unread and packed: that is for the client.
 */
export interface Transport {
  /**
   * Resolves when the headers of the answer are in. Tells the scope when it starts to connect, when the
   * connection is up and when the answer began.
   *
   * @throws the abort reason of the scope, or what Node says of the connection; never a driver's own error, which
   *   may hold the request's headers
   */
  send(request: TransportRequest, scope: RequestScope): Promise<IncomingMessage>;
}
