import type { IncomingMessage } from 'node:http';

const MAX_BYTES = 64 * 1024;
const MAX_MS = 250;

/**
 * Gets rid of a body that nobody reads. A short one is drained, so that the connection can be used again;
 * one that is long or slow costs the connection.
 */
export function discardBody(message: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let size = 0;
    const timer = setTimeout(() => message.destroy(), MAX_MS);
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BYTES) message.destroy();
    });
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    // What is wrong with it does not matter: nobody wanted it.
    message.on('error', done);
    message.on('close', done);
    message.on('end', done);
  });
}
