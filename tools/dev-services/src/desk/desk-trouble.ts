import { type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** How the desk misbehaves on purpose, for a demonstration or a test. */
export interface DeskBehaviour {
  /** How many requests go well before. @default 0 */
  readonly after?: number;
  /** After so many misbehaved requests it ends by itself. @default until `behaveNormally()` */
  readonly times?: number;
  /** Wait so many milliseconds before answering. @default 0 */
  readonly latencyMs?: number;
  /** Answer with this status. @default 200, or what the data gives */
  readonly status?: number;
  /** The `Retry-After` header: seconds, or an HTTP date. */
  readonly retryAfter?: number | string;
  /** Answer with these errors, and no data. */
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: object;
    readonly type?: string;
  }[];
  /** Answer with this text in place of JSON, as this type. */
  readonly body?: { readonly type: string; readonly text: string };
  /** Close the connection: before the answer, or in the middle of its body. */
  readonly drop?: 'before' | 'within';
  /** Answer with so many bytes. */
  readonly hugeBytes?: number;
  /** Give the same page of a connection for ever. */
  readonly loop?: boolean;
  /** The id of a ticket whose subject cannot be read: an answer with data and an error. */
  readonly brokenTicket?: string;
  /** Know no persisted queries. */
  readonly withoutPersisted?: boolean;
}

/** The switched-on behaviour, and the budget that queries are counted against. */
export class DeskTroubles {
  #behaviour: DeskBehaviour | undefined;
  #passed = 0;
  #current: DeskBehaviour | undefined;
  /** What is left of the budget, as `rateLimit` tells it. */
  remaining = 5_000;
  /** When the budget is whole again, in milliseconds since 1970. */
  resetAt = Date.now() + 3_600_000;
  /** What is told of the cost of a query, in `extensions.cost`. */
  cost: object | undefined;

  /** What the request that is being answered meets. */
  get current(): DeskBehaviour | undefined {
    return this.#current;
  }

  set(behaviour: DeskBehaviour | undefined): void {
    this.#behaviour = behaviour;
    this.#passed = 0;
    this.#current = undefined;
  }

  /** Counts a request. @returns what it meets */
  take(): DeskBehaviour | undefined {
    const behaviour = this.#behaviour;
    this.#passed += 1;
    const { after = 0, times = Infinity } = behaviour ?? {};
    const meets = this.#passed > after && this.#passed <= after + times;
    return (this.#current = meets ? behaviour : undefined);
  }
}

/**
 * Misbehaves, where the behaviour is one of HTTP.
 *
 * @returns whether the request has been dealt with
 */
export async function misbehave(
  behaviour: DeskBehaviour | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (behaviour === undefined) return false;
  const { latencyMs = 0, status = 200, retryAfter, errors, body, drop, hugeBytes } = behaviour;
  if (latencyMs > 0) {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    await sleep(latencyMs, undefined, { signal: gone.signal }).catch(() => {});
    if (response.destroyed) return true;
  }
  if (drop === 'before') {
    request.socket.destroy();
    return true;
  }
  if (drop === 'within') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"data":{"tickets":{"nodes":[{"id":"', () => request.socket.destroy());
    return true;
  }
  if (hugeBytes !== undefined) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(`{"data":{"x":"${'x'.repeat(hugeBytes)}"}}`);
    return true;
  }
  if (errors === undefined && body === undefined && behaviour.status === undefined) return false;
  response.writeHead(status, {
    'content-type': body?.type ?? 'application/json',
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  });
  response.end(body?.text ?? (errors === undefined ? '{}' : JSON.stringify({ errors })));
  return true;
}
