import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { BODY_READ } from './body';
import type { WebhookHandler } from './handler';

/** What listens to requests of Node's http: `createServer(listener)`, or a route of Express. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => void;

/** What body parsers leave on a request. */
interface Parsed {
  readonly body?: unknown;
  readonly rawBody?: unknown;
}

/**
 * Mounts a handler in Node's http, and in the frameworks that are made of it.
 *
 * ## Rules
 * The request must come with its body unread, or as the bytes in a Buffer (`body` or `rawBody`), as `express.raw()` and some
 * hosts give it. One whose body a parser has eaten is answered with 500, and the handler's log says how to mount it.
 *
 * @example
 * app.post('/webhooks/crm', toNodeListener(handler)); // Express: before app.use(express.json())
 */
export function toNodeListener(handler: WebhookHandler): NodeListener {
  return (incoming, outgoing) => {
    respond(handler, incoming, outgoing).catch(() => outgoing.destroy());
  };
}

async function respond(
  handler: WebhookHandler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const answer = await handler(requestOf(incoming));
  for (const [name, value] of answer.headers) outgoing.setHeader(name, value);
  // What is left of a body is not read for the sake of the next request.
  if (!incoming.complete) outgoing.setHeader('connection', 'close');
  outgoing.statusCode = answer.status;
  outgoing.end(Buffer.from(await answer.arrayBuffer()));
}

/** Nothing depends on the host, which is what the sender says. */
const URL_OF_ALL = 'http://localhost/';

function requestOf(incoming: IncomingMessage): Request {
  // A `Request` cannot have every method, and the handler refuses all others alike.
  if (incoming.method !== 'POST') return new Request(URL_OF_ALL);
  const headers = new Headers();
  for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
    const [name = '', value = ''] = incoming.rawHeaders.slice(i, i + 2);
    // Of HTTP/2, what stands before the headers.
    if (!name.startsWith(':')) headers.append(name, value);
  }
  return new Request(URL_OF_ALL, { method: 'POST', headers, body: bodyOf(incoming), duplex: 'half' });
}

function bodyOf(incoming: IncomingMessage & Parsed): NonNullable<RequestInit['body']> {
  const raw = [incoming.rawBody, incoming.body].find((body) => body instanceof Uint8Array);
  if (raw) return raw as Uint8Array<ArrayBuffer>;
  if (!incoming.readableDidRead && !incoming.readableEnded) return Readable.toWeb(incoming) as ReadableStream;
  return new ReadableStream({ start: (controller) => controller.error(BODY_READ) });
}
