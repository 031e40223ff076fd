import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type RequestLog } from './request-log';

const clientClosed = 499;
const dropped = 0;

/** A request on its way through the CRM. */
export interface TrackedRequest {
  readonly path: string;
  /** Aborts when the connection closes before the answer was sent. */
  readonly gone: AbortSignal;
  /** Destroys the connection instead of answering. */
  drop(): void;
}

const finishers = new WeakMap<FastifyRequest, (status: number) => void>();

/** Writes a request's arrival into the log and makes sure that its end gets there too, whatever it is. */
export function trackRequest(request: FastifyRequest, reply: FastifyReply, log: RequestLog): TrackedRequest {
  const [path = '', query = ''] = request.url.split(/\?(.*)/s);
  const { headers, method } = request;
  const conditional = headers['if-none-match'] !== undefined || headers['if-modified-since'] !== undefined;
  const arrival = { method, path, query, conditional };
  const route = `${method} ${request.routeOptions.url ?? '(none)'}`;

  let open = true;
  const finish = (status: number): void => {
    if (!open) return;
    open = false;
    log.finished({ ...arrival, route, status });
  };
  finishers.set(request, finish);

  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!open) return;
    finish(clientClosed);
    gone.abort();
  });
  log.arrived(arrival);
  return {
    path,
    gone: gone.signal,
    drop: () => {
      finish(dropped);
      request.raw.socket.destroy();
    },
  };
}

/**
 * Writes into the log with which status a tracked request is answered. It is called just before the answer
 * goes out, so that a client which has its answer finds it in the log.
 */
export function answered(request: FastifyRequest, status: number): void {
  finishers.get(request)?.(status);
}
