import * as http from 'node:http';
import * as https from 'node:https';
import type { TunnelledOptions } from './egress/connections';
import { orAbort } from './limits/in-flight';
import type { RequestScope } from './request-scope';
import type { Transport, TransportRequest } from './transport';

/** Sends requests with Node's own client. */
export const nodeTransport: Transport = {
  async send({ method, url, headers, body, agent }: TransportRequest, scope: RequestScope) {
    scope.connecting(url);
    try {
      const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
        const sent = observedRequest(url, scope)(
          { ...urlOptions(url), method, headers, agent },
          (message) => {
            scope.alive();
            resolve(message);
          },
        );
        sent.once('error', reject);
        sent.end(body);
      });
      // Node tells of the end of a request that has no connection yet only once it has one.
      return await orAbort(answered, scope.signal);
    } catch (error) {
      scope.signal.throwIfAborted();
      throw error;
    }
  },
};

/**
 * Node's `request` for a URL, which is ended by the scope and tells it when the connection is up. For transports
 * whose driver takes such a function.
 */
export function observedRequest(
  url: URL,
  scope: RequestScope,
): (options: http.RequestOptions, callback: (message: http.IncomingMessage) => void) => http.ClientRequest {
  const secure = url.protocol === 'https:';
  return (options, callback) => {
    const { signal } = scope;
    const given: TunnelledOptions = { ...options, signal, tunnelSignal: signal };
    const sent = (secure ? https : http).request(given, callback);
    sent.once('socket', (socket) => {
      // A tunnel through a proxy is up from the start; TLS in it is not.
      if (sent.reusedSocket || (!secure && !socket.connecting)) scope.connected();
      else socket.once(secure ? 'secureConnect' : 'connect', () => scope.connected());
    });
    return sent;
  };
}

const urlOptions = (url: URL): http.RequestOptions => ({
  protocol: url.protocol,
  hostname: url.hostname.replace(/^\[|\]$/g, ''),
  ...(url.port !== '' && { port: Number(url.port) }),
  path: `${url.pathname}${url.search}`,
});
