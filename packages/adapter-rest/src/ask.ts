import type { LoadContext } from '@stateful-workflow/core';
import type { HttpAnswer, HttpClient, HttpRequest } from '@stateful-workflow/http';
import type { RestCursor } from './rest-cursor';
import type { RestRequest } from './rest-request';

/** A request of a load, as the client takes it. */
export function asked(
  context: LoadContext<RestCursor>,
  { headers, ...request }: RestRequest,
  conditional: Readonly<Record<string, string>> = {},
  signal = context.signal,
  accept?: (status: number) => boolean,
): HttpRequest {
  return {
    ...request,
    // One who shares an answer has to take the same ones.
    ...(accept !== undefined && { accept, dedupe: false }),
    headers: { ...headers, ...conditional },
    signal,
    credential: (origin) => context.credential(origin),
    conceal: (secret) => context.conceal?.(secret),
    metrics: context.metrics,
    demandedAt: context.demandedAt,
  };
}

/** Sends a request of a load and reads the answer. */
export async function ask(
  client: HttpClient,
  context: LoadContext<RestCursor>,
  request: RestRequest,
  conditional?: Readonly<Record<string, string>>,
  signal?: AbortSignal,
  accept?: (status: number) => boolean,
): Promise<HttpAnswer> {
  const answer = await client.request(asked(context, request, conditional, signal, accept));
  context.metrics.count('http_pages');
  return answer;
}
