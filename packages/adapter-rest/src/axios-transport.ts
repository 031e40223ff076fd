import type { IncomingMessage } from 'node:http';
import type * as http from 'node:http';
import { Axios, type AxiosError } from 'axios';
import {
  observedRequest,
  type RequestScope,
  type Transport,
  type TransportRequest,
} from '@stateful-workflow/http';

/**
 * Sends single requests with axios. It follows no redirect, judges no status and leaves the body unread: that is
 * for its callers.
 */
export class AxiosTransport implements Transport {
  // `new Axios` and not `axios.create()`: this one has no part in `axios.defaults` and global interceptors,
  // where other code in the worker may have put headers that must not go to these APIs.
  readonly #axios = new Axios({});

  /** @throws never axios's own error, which holds the request's headers */
  async send(request: TransportRequest, scope: RequestScope): Promise<IncomingMessage> {
    const { method, url, headers, body, agent } = request;
    scope.connecting(url);
    try {
      const response = await this.#axios.request<IncomingMessage>({
        adapter: 'http',
        method,
        url: url.href,
        headers: { ...headers },
        data: body,
        // What is sent is text already.
        transformRequest: (data: unknown) => data,
        signal: scope.signal,
        responseType: 'stream',
        decompress: false,
        maxRedirects: 0,
        maxBodyLength: Infinity,
        // The agent goes through the proxy, if there is one: axios would send it the URL and the token.
        proxy: false,
        httpAgent: agent,
        httpsAgent: agent,
        transport: { request: observedRequest(url, scope) as typeof http.request },
        validateStatus: null,
      });
      scope.alive();
      return response.data;
    } catch (error) {
      scope.signal.throwIfAborted();
      throw nodeError(error as Error);
    }
  }
}

/** What lies under axios's error, freed of the request. */
function nodeError(error: Error): Error {
  if (error.cause instanceof Error) return error.cause;
  const { code } = error as AxiosError;
  return Object.assign(new Error(error.message), code === undefined ? {} : { code });
}
