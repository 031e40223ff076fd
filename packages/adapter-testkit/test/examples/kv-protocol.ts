import type { Socket } from 'node:net';

/**
 * The protocol of the store, a line of JSON for each word. A client says `["auth", token]` and then `["scan", prefix,
 * after, limit]`; the server answers each scan with `["page", version, isLast, [key, value], …]`, or `["no", reason]`.
 */
export async function* lines(socket: Socket, maxLength: number): AsyncGenerator<unknown> {
  let held = '';
  socket.setEncoding('utf8');
  for await (const chunk of socket as AsyncIterable<string>) {
    const parts = (held + chunk).split('\n');
    held = parts.pop() ?? '';
    if (held.length > maxLength) throw new RangeError('A line is too long.');
    for (const part of parts) yield JSON.parse(part);
  }
}

export const say = (socket: Socket, word: unknown): boolean => socket.write(`${JSON.stringify(word)}\n`);
