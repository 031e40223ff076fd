import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Counts } from './counts';
import type { Random } from './random';
import { standingOf, type World } from './world';

/** How an API fails, and how often each. */
const FAULTS = [
  [4, '500'],
  [3, '503'],
  [3, 'reset'],
  [1, 'hang'],
  [3, 'truncated'],
  [3, '429'],
  [2, '403'],
  [2, 'wrong data'],
] as const;
type Fault = (typeof FAULTS)[number][1];

/** A REST API over the world, for those who have a token. It fails as often as it is told to. */
export class Upstream {
  /** Which part of the requests fails. */
  faultRate = 0;
  /** The tokens that are good. */
  readonly tokens = new Set<string>();
  readonly #server: Server;

  private constructor(
    private readonly world: World,
    private readonly random: Random,
    private readonly counts: Counts,
  ) {
    this.#server = createServer(({ url = '/', headers }, response) => {
      this.counts.add('requests');
      if (this.random.next() < this.faultRate) this.#fail(this.random.weighted(FAULTS), response);
      else if (!this.tokens.has(headers.authorization?.replace(/^Bearer /, '') ?? '')) {
        this.counts.add('refused tokens');
        response.writeHead(401).end();
      } else this.#answer(new URL(url, 'http://api'), response);
    });
  }

  static async listen(world: World, random: Random, counts: Counts): Promise<Upstream> {
    const upstream = new Upstream(world, random, counts);
    await new Promise<void>((resolve) => upstream.#server.listen(0, '127.0.0.1', resolve));
    return upstream;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer({ pathname, searchParams }: URL, response: ServerResponse): void {
    const [, , id, part] = pathname.split('/');
    const body = id === undefined ? this.#list(searchParams) : this.#one(id, part);
    if (body === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  #one(id: string, part: string | undefined): unknown {
    const customer = this.world.customers.get(id);
    if (customer === undefined) return undefined;
    if (part === 'tickets') return { items: this.world.ticketsOf(id) };
    if (part === 'standing') return { id, standing: standingOf(id) };
    return customer;
  }

  #list(params: URLSearchParams): unknown {
    const since = params.get('since') ?? '';
    const size = Number(params.get('pageSize') ?? 5);
    const from = (Number(params.get('page') ?? 1) - 1) * size;
    const rows = [...this.world.customers.values()].filter(({ updatedAt }) => updatedAt >= since);
    return { items: rows.slice(from, from + size), hasMore: from + size < rows.length };
  }

  #fail(fault: Fault, response: ServerResponse): void {
    this.counts.add(`fault: ${fault}`);
    const type = { 'content-type': 'application/json' };
    switch (fault) {
      case '500':
      case '503':
        return void response.writeHead(Number(fault), type).end('{"error":"by chance"}');
      case 'reset':
        return void response.destroy();
      case 'hang':
        return;
      case 'truncated':
        response.writeHead(200, { ...type, 'content-length': 1_000 }).write('{"items":[{"id":"c1"');
        return void setTimeout(() => response.destroy(), 20);
      case '429':
        return void response.writeHead(429, { 'retry-after': '1' }).end();
      case '403':
        return void response.writeHead(403, { 'retry-after': '1', 'x-ratelimit-remaining': '0' }).end();
      case 'wrong data':
        return void response.writeHead(200, type).end('{"error":"the database is being moved"}');
    }
  }
}
