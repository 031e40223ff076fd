import * as http from 'node:http';
import * as https from 'node:https';
import { Axios, type AxiosError } from 'axios';
import type { RequestScope, Transport } from '@stateful-workflow/http';

/**
 * How long a connection is kept for the next request: less than the 5 s after which Node's servers, and many
 * others, close it, so that a request seldom meets a connection that is being closed.
 */
const KEEP_ALIVE_MS = 4_000;

/**
 * Sends single requests with axios, over connections that are kept and shared. It follows no redirect, judges
 * no status and leaves the body unread: that is for its callers.
 */
export class AxiosTransport implements Transport {
  // `new Axios` and not `axios.create()`: this one has no part in `axios.defaults` and global interceptors,
  // where other code in the worker may have put headers that must not go to these APIs.
  readonly #axios = new Axios({});
  readonly #agents = {
    http: new http.Agent({ keepAlive: true, timeout: KEEP_ALIVE_MS }),
    https: new https.Agent({ keepAlive: true, timeout: KEEP_ALIVE_MS }),
  };

  /**
   * Resolves when the headers of the answer are in.
   *
   * @throws the abort reason of the scope, or what Node says of the connection; never axios's own error,
   *   which holds the request's headers
   */
  async get(url: URL, headers: Record<string, string>, scope: RequestScope): Promise<http.IncomingMessage> {
    scope.connecting(url);
    try {
      const response = await this.#axios.request<http.IncomingMessage>({
        adapter: 'http',
        method: 'GET',
        url: url.href,
        headers,
        signal: scope.signal,
        responseType: 'stream',
        decompress: false,
        maxRedirects: 0,
        // Proxies from the environment would have the request reach another host than the one that was checked.
        proxy: false,
        httpAgent: this.#agents.http,
        httpsAgent: this.#agents.https,
        transport: observed(url, scope),
        validateStatus: null,
      });
      scope.alive();
      return response.data;
    } catch (error) {
      scope.signal.throwIfAborted();
      throw nodeError(error as Error);
    }
  }

  /** Closes every connection. */
  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }
}

/** Node's own transport, which tells the scope when the connection is up. */
function observed(url: URL, scope: RequestScope): { request: typeof http.request } {
  const secure = url.protocol === 'https:';
  const request = (options: http.RequestOptions, callback: (message: http.IncomingMessage) => void) => {
    const sent = (secure ? https : http).request(options, callback);
    sent.once('socket', (socket) => {
      if (sent.reusedSocket) scope.connected();
      else socket.once(secure ? 'secureConnect' : 'connect', () => scope.connected());
    });
    return sent;
  };
  return { request: request as typeof http.request };
}

/** What lies under axios's error, freed of the request. */
function nodeError(error: Error): Error {
  if (error.cause instanceof Error) return error.cause;
  const { code } = error as AxiosError;
  return Object.assign(new Error(error.message), code === undefined ? {} : { code });
}
