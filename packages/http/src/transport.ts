import type { IncomingMessage } from 'node:http';
import type { RequestScope } from './request-scope';

/**
 * How single requests are sent: an adapter's driver. It follows no redirect, judges no status and leaves the body
 * unread: that is for {@link HttpClient}.
 */
export interface Transport {
  /**
   * Resolves when the headers of the answer are in.
   *
   * @throws the abort reason of the scope, or what Node says of the connection; never a driver's own error, which
   *   may hold the request's headers
   */
  get(url: URL, headers: Record<string, string>, scope: RequestScope): Promise<IncomingMessage>;
  /** Closes every connection. */
  close(): void;
}
