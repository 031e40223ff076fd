import { createServer } from 'node:net';

/**
 * A loopback port that nobody listens on right now.
 *
 * ## Rules
 * The port is free, not reserved: whoever uses it must be ready to find it taken and ask again.
 *
 * @param preferred the port to return if it is free
 */
export async function freePort(preferred = 0): Promise<number> {
  try {
    return await probe(preferred);
  } catch (error) {
    if (preferred === 0) throw error;
    return probe(0);
  }
}

async function probe(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('No TCP port was given out.'));
        else resolve(address.port);
      });
    });
  });
}
