import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Counts } from './counts';
import type { Random } from './random';

/** A network between two: it delays what it carries, and cuts connections. */
export class Proxy {
  /** Whether it does so; else it only carries. */
  isBad = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(port: number, random: Random, counts: Counts) {
    this.#server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      const end = (): void => {
        near.destroy();
        far.destroy();
      };
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', end).on('close', () => {
          this.#sockets.delete(socket);
          end();
        });
      }
      near.pipe(far);
      far.on('data', (chunk) => {
        if (this.isBad && random.next() < 0.02) {
          counts.add('network: cut');
          return end();
        }
        const isLate = this.isBad && random.next() < 0.2;
        if (!isLate) return void near.write(chunk);
        counts.add('network: delayed');
        far.pause();
        setTimeout(() => {
          if (near.writable) near.write(chunk);
          far.resume();
        }, random.below(300));
      });
    });
  }

  /** @param port whom it leads to */
  static async listen(port: number, random: Random, counts: Counts): Promise<Proxy> {
    const proxy = new Proxy(port, random, counts);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
