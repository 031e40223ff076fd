import type { HttpClient } from './http-client';
import type { HttpRequest } from './http-request';

/** What a `fetch` over a client has of its own: everything about a request that is not the caller's. */
export type FetchContext = Pick<
  HttpRequest,
  | 'field'
  | 'signal'
  | 'credential'
  | 'conceal'
  | 'admit'
  | 'auth'
  | 'metrics'
  | 'dedupe'
  | 'route'
  | 'demandedAt'
>;

/**
 * Makes a `fetch` that sends its requests with a client: for drivers that take one, such as graphql-request. An
 * answer of any status is given as it is; what the client refuses, and what breaks, is thrown as the client throws it.
 *
 * @example
 * const driver = new GraphQLClient(url, { fetch: fetchOver(client, { field: 'apiUrl', signal, credential }) });
 */
export function fetchOver(client: HttpClient, context: FetchContext): typeof fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = Object.fromEntries(new Headers(init.headers).entries());
    const method = (init.method ?? 'GET').toUpperCase();
    if (method !== 'GET' && method !== 'POST') throw new TypeError(`A source reads: ${method} is not sent`);
    if (init.body != null && typeof init.body !== 'string') throw new TypeError('Only text can be sent');
    const signal = init.signal ? AbortSignal.any([context.signal, init.signal]) : context.signal;
    const answer = await client.request({
      ...context,
      url,
      method,
      headers,
      ...(typeof init.body === 'string' && { body: init.body }),
      signal,
      accept: () => true,
    });
    const kept = Object.entries(answer.headers).flatMap(([name, value]): [string, string][] =>
      // The body is unpacked: what the answer says of its packing holds no more.
      value === undefined || name === 'content-encoding' || name === 'content-length'
        ? []
        : [[name, [value].flat().join(', ')]],
    );
    const hasBody = answer.status !== 204 && answer.status !== 205 && answer.status !== 304;
    return new Response(hasBody ? answer.body : null, { status: answer.status, headers: kept });
  };
}
