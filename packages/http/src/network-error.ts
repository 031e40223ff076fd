import { HttpError } from './http-error';

const REASONS: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'the name server did not answer',
  ECONNREFUSED: 'nothing accepts connections there',
  ECONNRESET: 'the connection was closed before an answer came',
  ENOTFOUND: 'the host name is not known',
  EPIPE: 'the connection was closed while the request was sent',
  EPROTO: 'the other side does not speak TLS as expected',
  ETIMEDOUT: 'the network gave up',
};

/**
 * The error for a request that got no answer, with Node's code and what it means. One of our own, from the lookup
 * or a tunnel, stays what it is.
 *
 * @param request names it: `GET https://…`
 */
export function networkError(request: string, error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  const code = networkCode(error);
  const message = error instanceof Error ? error.message : String(error);
  const reason = (code === undefined ? undefined : REASONS[code]) ?? message;
  return new HttpError(
    { type: 'network', code },
    `${request} got no answer: ${reason}${code === undefined ? '' : ` (${code})`}. Check the address, and that the worker can reach it.`,
    error,
  );
}

/** How deep causes are followed: they may go in a circle. */
const MAX_DEPTH = 10;

/** The code of a network error: its own, that of its first inner one (happy eyeballs), or that of its cause. */
export function networkCode(error: unknown): string | undefined {
  let inner = error;
  for (let depth = 0; inner instanceof Error && depth < MAX_DEPTH; depth += 1) {
    if ('code' in inner && typeof inner.code === 'string') return inner.code;
    inner = inner instanceof AggregateError ? inner.errors[0] : inner.cause;
  }
  return undefined;
}
