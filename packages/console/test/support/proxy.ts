import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a Temporal server that can be cut and mended. */
export class Proxy {
  readonly #to: { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();
  #server?: Server;
  #port = 0;

  /** @param to `host:port` */
  constructor(to: string) {
    const [host = '127.0.0.1', port] = to.split(':');
    this.#to = { host, port: Number(port) };
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async mend(): Promise<void> {
    this.#server = createServer((socket) => {
      const upstream = connect(this.#to);
      for (const each of [socket, upstream]) {
        this.#sockets.add(each);
        each.on('error', () => each.destroy());
        each.once('close', () => this.#sockets.delete(each));
      }
      socket.pipe(upstream).pipe(socket);
      socket.once('close', () => upstream.destroy());
      upstream.once('close', () => socket.destroy());
    }).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async cut(): Promise<void> {
    const closed = this.#server && once(this.#server, 'close');
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
