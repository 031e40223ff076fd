/** A request to the CRM's API that has come in. Requests to `/admin` are not logged. */
export interface CrmArrival {
  readonly method: string;
  /** The path without the query. */
  readonly path: string;
  /** The query without the question mark; empty if there is none. */
  readonly query: string;
  /** Whether it carried `If-None-Match` or `If-Modified-Since`. */
  readonly conditional: boolean;
}

/** A request to the CRM's API that is over. */
export interface CrmRequest extends CrmArrival {
  /** The route that served it, such as `GET /customers/:id`; for counts. */
  readonly route: string;
  /** The HTTP status; 499 if the client hung up before the answer, 0 if the CRM dropped the connection. */
  readonly status: number;
}

/** How a log entry is waited for. */
export interface NextOptions {
  /** Ends the waiting; its reason is thrown. */
  readonly signal?: AbortSignal;
}

/** How many requests of a route ended with a status. */
export interface RequestCount {
  readonly route: string;
  readonly status: number;
  readonly count: number;
}

/** What came in and how it ended, with listeners, so that tests await events and need not sleep. */
export class RequestLog {
  readonly requests: CrmRequest[] = [];
  readonly #arrivals = new Set<(arrival: CrmArrival) => void>();
  readonly #ends = new Set<(request: CrmRequest) => void>();

  get aborted(): number {
    return this.requests.filter((request) => request.status === 499).length;
  }

  arrived(arrival: CrmArrival): void {
    for (const listener of [...this.#arrivals]) listener(arrival);
  }

  finished(request: CrmRequest): void {
    this.requests.push(request);
    for (const listener of [...this.#ends]) listener(request);
  }

  /** @returns what ends the listening */
  onArrival(listener: (arrival: CrmArrival) => void): () => void {
    return subscribe(this.#arrivals, listener);
  }

  /** @returns what ends the listening */
  onRequest(listener: (request: CrmRequest) => void): () => void {
    return subscribe(this.#ends, listener);
  }

  /** How the requests ended, per route and status, in alphabetical order. */
  counts(): RequestCount[] {
    const counts = new Map<string, RequestCount>();
    for (const { route, status } of this.requests) {
      const key = `${route} ${status}`;
      counts.set(key, { route, status, count: (counts.get(key)?.count ?? 0) + 1 });
    }
    return [...counts.entries()].sort(([a], [b]) => a.localeCompare(b)).map(([, count]) => count);
  }
}

/** The first event from now on that a predicate accepts. */
export function next<E>(
  listen: (listener: (event: E) => void) => () => void,
  predicate: (event: E) => boolean,
  { signal }: NextOptions = {},
): Promise<E> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = (): void => {
      unlisten();
      reject(signal?.reason as Error);
    };
    const unlisten = listen((event) => {
      if (!predicate(event)) return;
      unlisten();
      signal?.removeEventListener('abort', onAbort);
      resolve(event);
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function subscribe<L>(listeners: Set<L>, listener: L): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
