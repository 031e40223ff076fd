import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Refuses what no page of the console sends. A site that has its own name lead to this machine (DNS rebinding) shows that
 * name as the host; one that sends something here shows its own origin.
 */
export class Guard {
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;

  /** @param origins where else the console is reached, as origins: `https://console.example.com` */
  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
    this.#hosts = new Set(origins.map((origin) => new URL(origin).hostname));
  }

  /** Runs before all else. */
  async checkHost({ headers }: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (!this.#isKnown(headers.host))
      await refuse(
        reply,
        421,
        'This console is not reached by that name. Name it with --origin when you start it.',
      );
  }

  /** Runs before a body is read: what is asked or sent by a page has to be a page of the console. */
  async checkOrigin({ headers, method }: FastifyRequest, reply: FastifyReply): Promise<void> {
    const site = headers['sec-fetch-site'];
    const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none';
    const isSent = method !== 'GET' && method !== 'HEAD';
    if (isForeign || (isSent && !this.#isOwn(headers.origin, headers.host)))
      await refuse(reply, 403, 'Only the pages of this console may ask that.');
  }

  #isKnown(host: string | undefined): boolean {
    const name = hostname(host);
    if (name === undefined) return false;
    // No site can have an address for its name.
    return name === 'localhost' || isIP(name.replace(/^\[|\]$/g, '')) !== 0 || this.#hosts.has(name);
  }

  #isOwn(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined) return false;
    return this.#origins.has(origin) || origin === `http://${host}`;
  }
}

function hostname(host: string | undefined): string | undefined {
  if (host === undefined || !/^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host)) return undefined;
  return host.replace(/:\d+$/, '').toLowerCase();
}

/** Answers without reading on: the connection ends, and with it what is still to come. */
export const refuse = (reply: FastifyReply, status: number, message: string): FastifyReply =>
  reply.code(status).header('connection', 'close').send({ message });
