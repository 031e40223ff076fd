import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RestCustomer } from '../workflows/rest';

/** A REST API of customers: a list in pages, what changed since, and each by itself; for those who have the token. */
export class RestApi {
  readonly #server: Server;
  readonly #rows = new Map<string, RestCustomer>();
  #time = Date.UTC(2026, 0, 1);
  /** The requests that were answered, and those that were refused. */
  readonly requests: string[] = [];
  refused = 0;
  /** Lists break off after this page. */
  lastPage = Infinity;

  private constructor(public token: string) {
    this.#server = createServer((request, response) => {
      if (request.headers.authorization !== `Bearer ${this.token}`) {
        this.refused++;
        return response.writeHead(401).end();
      }
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://api');
      this.requests.push(request.url ?? '/');
      if (Number(searchParams.get('page')) > this.lastPage) return response.writeHead(503).end();
      const body = pathname === '/customers' ? this.#list(searchParams) : this.#rows.get(pathname.slice(11));
      if (body === undefined) return response.writeHead(404).end();
      response.setHeader('content-type', 'application/json');
      return response.end(JSON.stringify(body));
    });
  }

  static async listen(token = 'first-token-of-the-api'): Promise<RestApi> {
    const api = new RestApi(token);
    api.#server.listen(0, '127.0.0.1');
    await once(api.#server, 'listening');
    return api;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get rows(): ReadonlyMap<string, RestCustomer> {
    return this.#rows;
  }

  set(id: string, name: string): void {
    this.#rows.set(id, { id, name, updatedAt: new Date((this.#time += 1_000)).toISOString() });
  }

  remove(id: string): void {
    this.#rows.delete(id);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #list(params: URLSearchParams): unknown {
    const since = params.get('since') ?? '';
    const size = Number(params.get('pageSize') ?? 40);
    const from = (Number(params.get('page') ?? 1) - 1) * size;
    const rows = [...this.#rows.values()].filter(({ updatedAt }) => updatedAt >= since);
    return { items: rows.slice(from, from + size), hasMore: from + size < rows.length };
  }
}
