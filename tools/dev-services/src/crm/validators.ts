import { createHash } from 'node:crypto';
import { type FastifyReply, type FastifyRequest } from 'fastify';

/** The strong entity tag of a body. */
export function etagOf(body: string): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
}

/**
 * Says when what is about to be sent last changed.
 *
 * ## Rules
 * HTTP dates have whole seconds. A time in the current second is not told, since a second change within it
 * would go by unnoticed; with that, whoever holds a date has seen all that happened up to its end.
 */
export function setLastModified(reply: FastifyReply, changedAt: string | undefined): void {
  if (changedAt === undefined) return;
  const second = Math.floor(Date.parse(changedAt) / 1000);
  if (second < Math.floor(Date.now() / 1000))
    reply.header('last-modified', new Date(second * 1000).toUTCString());
}

/** Whether a client already has a representation, as RFC 9110 (13.2.2) has it: the entity tag goes first. */
export function isFresh(request: FastifyRequest, etag: string, lastModified: unknown): boolean {
  const noneMatch = request.headers['if-none-match'];
  if (noneMatch !== undefined) {
    return noneMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
  }
  const since = Date.parse(request.headers['if-modified-since'] ?? '');
  const modified = typeof lastModified === 'string' ? Date.parse(lastModified) : NaN;
  return modified <= since;
}
