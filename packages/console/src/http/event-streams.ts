import type { FastifyReply, FastifyRequest } from 'fastify';
import { HEADERS } from './headers';
import { refuse } from './guard';
import { toJson } from './to-json';

/** How many pages may be told of changes at a time. */
const MOST = 100;
/** How often a page hears that the console is there, in milliseconds. */
const BEAT_MS = 15_000;
/** A page that does not take what it is sent is cut off at so many bytes. */
const MOST_UNSENT = 16 * 1024 * 1024;

/** Streams of server-sent events to pages. */
export class EventStreams {
  readonly #open = new Set<() => void>();

  /**
   * Opens one.
   *
   * @param listen is given what tells the page; returns what ends that
   * @param isStillIn whether the page may go on to be told
   */
  open<Message>(
    request: FastifyRequest,
    reply: FastifyReply,
    listen: (tell: (message: Message) => void) => () => void,
    isStillIn: () => boolean,
  ): void {
    if (this.#open.size >= MOST) {
      void refuse(reply, 503, 'Too many pages of the console are open: close some.');
      return;
    }
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    raw.write('retry: 1000\n\n');
    const end = (): void => {
      if (!this.#open.delete(end)) return;
      clearInterval(beat);
      letGo?.();
      raw.destroy();
    };
    const write = (text: string): void => {
      if (raw.writableLength > MOST_UNSENT) end();
      else raw.write(text);
    };
    const beat = setInterval(() => (isStillIn() ? write(': here\n\n') : end()), BEAT_MS);
    this.#open.add(end);
    const letGo = listen((message) => write(`data: ${toJson(message)}\n\n`)) as (() => void) | undefined;
    request.raw.once('close', end);
    if (request.raw.destroyed && raw.destroyed) end();
  }

  /** Ends all of them. */
  close(): void {
    for (const end of this.#open) end();
  }
}
