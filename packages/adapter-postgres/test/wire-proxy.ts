import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What is done with a statement, or with a new connection, in place of passing it on. */
export type Verdict =
  | 'pass'
  /** The connection breaks. */
  | 'drop'
  /** It is passed on, and the connection breaks in the middle of the answer. */
  | 'half'
  /** It is answered so, and the server does not hear of it. */
  | { readonly answer: Buffer };

/** One connection of a client, led on to the server. */
export interface Link {
  /** The process that serves it, once it has begun. */
  readonly pid: number | undefined;
  /** Aborted when the client is gone. */
  readonly gone: AbortSignal;
}

/** Decides on each new connection (`undefined`) and on each statement before the server hears of it. */
export type Meet = (statement: string | undefined, link: Link) => Verdict | Promise<Verdict>;

/** A proxy in front of a Postgres server, for clients without TLS. */
export interface WireProxy {
  readonly port: number;
  /** The bytes that clients were sent. */
  sent(): number;
  /** Passes nothing on any more, in neither direction, as a network that swallows everything; `false` ends that. */
  silence(isSilent: boolean): void;
  /** Resolves when nobody is connected. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a proxy on loopback that reads what clients send by the Postgres protocol.
 *
 * @param carries `'no notifications'`: as a pooler in transaction mode, it gives its clients process ids of its own and
 *   passes no notification on; `'as a session'`: it passes them on
 */
export async function startWireProxy(
  to: { host: string; port: number },
  meet: Meet,
  carries: 'all' | 'no notifications' | 'as a session' = 'all',
): Promise<WireProxy> {
  const links = new Set<ProxiedLink>();
  const wire: Wire = { meet, to, carries, sent: 0, silent: undefined };
  let resume = (): void => {};
  const silence = (isSilent: boolean): void => {
    resume();
    wire.silent = isSilent ? new Promise((resolve) => (resume = resolve)) : undefined;
  };
  // Half-open: the end of the server is passed on, and the client is waited for.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const link = new ProxiedLink(client, wire);
    links.add(link);
    client.once('close', () => links.delete(link));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sent: () => wire.sent,
    silence,
    empty: async () => {
      for (const { client } of links) if (!client.closed) await once(client, 'close');
    },
    stop: async () => {
      silence(false);
      for (const { client } of links) client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** What all connections of a proxy share. */
interface Wire {
  readonly meet: Meet;
  readonly to: { host: string; port: number };
  readonly carries: 'all' | 'no notifications' | 'as a session';
  sent: number;
  /** Resolves when there is no silence any more. */
  silent: Promise<void> | undefined;
}

class ProxiedLink implements Link {
  readonly client: Socket;
  readonly gone: AbortSignal;
  pid: number | undefined;
  readonly #server: Socket;
  readonly #wire: Wire;
  #begun = false;
  /** What the client sent and is no whole message yet. */
  #pending: Buffer = Buffer.alloc(0);
  /** What is left of the messages that belong to an answered statement is not passed on. */
  #isSwallowing = false;
  /** What the server sent and is no whole message yet, of a proxy that is a pooler. */
  #unread: Buffer = Buffer.alloc(0);
  /** The answer that is to be broken off, as far as it has come. */
  #half: Buffer | undefined;

  constructor(client: Socket, wire: Wire) {
    this.client = client;
    this.#wire = wire;
    const gone = new AbortController();
    this.gone = gone.signal;
    const server = (this.#server = connect({ ...wire.to, noDelay: true }));
    inOrder(client, (chunk) => this.#fromClient(chunk));
    const heard = inOrder(server, (chunk) => this.#fromServer(chunk));
    client.on('end', () => client.end());
    client.on('close', () => {
      gone.abort();
      server.destroy();
    });
    server.on('close', () => void heard().then(() => client.end()));
    // Both are meant to break; that they are closed says all.
    client.on('error', () => {});
    server.on('error', () => {});
  }

  async #fromClient(chunk: Buffer): Promise<void> {
    while (this.#wire.silent) await this.#wire.silent;
    this.#pending = Buffer.concat([this.#pending, chunk]);
    for (;;) {
      // The first message has no type in front of its length.
      const type = this.#begun ? 1 : 0;
      if (this.#pending.length < type + 4) return;
      const length = type + this.#pending.readUInt32BE(type);
      if (this.#pending.length < length) return;
      const message = this.#pending.subarray(0, length);
      this.#pending = this.#pending.subarray(length);
      await this.#message(message, this.#begun ? String.fromCharCode(message[0] ?? 0) : 'startup');
      this.#begun = true;
    }
  }

  async #message(message: Buffer, type: string): Promise<void> {
    if (this.#isSwallowing) {
      if (type === 'S') this.#isSwallowing = false;
      return;
    }
    const statement = statementOf(message, type);
    const isMet = type === 'startup' || statement !== undefined;
    const verdict = isMet ? await this.#wire.meet(statement, this) : 'pass';
    if (this.gone.aborted) return;
    if (verdict === 'drop') this.client.destroy();
    else if (typeof verdict === 'object') {
      this.client.write(verdict.answer);
      if (type === 'startup') this.client.end();
      this.#isSwallowing = type === 'P';
    } else {
      if (verdict === 'half') this.#half = Buffer.alloc(0);
      this.#server.write(message);
    }
  }

  async #fromServer(given: Buffer): Promise<void> {
    while (this.#wire.silent) await this.#wire.silent;
    const chunk = this.#wire.carries === 'all' ? given : this.#pooled(given);
    this.pid ??= pidIn(chunk);
    if (this.#half !== undefined) {
      this.#half = Buffer.concat([this.#half, chunk]);
      if (!isWhole(this.#half)) return;
      this.client.end(this.#half.subarray(0, this.#half.length / 2));
      this.#server.destroy();
      return;
    }
    this.#wire.sent += chunk.length;
    if (this.client.writable && !this.client.write(chunk)) await drained(this.client);
  }

  /** The whole messages of the server, as a pooler passes them on. */
  #pooled(chunk: Buffer): Buffer {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    const passed: Buffer[] = [];
    while (this.#unread.length >= 5) {
      const length = 1 + this.#unread.readUInt32BE(1);
      if (this.#unread.length < length) break;
      const message = Buffer.from(this.#unread.subarray(0, length));
      this.#unread = this.#unread.subarray(length);
      const type = String.fromCharCode(message[0] ?? 0);
      if (type === 'K') message.writeUInt32BE(message.readUInt32BE(5) + 1, 5);
      if (type !== 'A' || this.#wire.carries === 'as a session') passed.push(message);
    }
    return Buffer.concat(passed);
  }
}

/** Resolves when a socket takes more, or nothing at all any more. */
const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });

/**
 * Handles what comes piece by piece, and takes in no more meanwhile. Also while that waits, it is seen that the other
 * side is gone.
 *
 * @returns what resolves when everything has been handled
 */
function inOrder(socket: Socket, handle: (chunk: Buffer) => Promise<void>): () => Promise<void> {
  let last = Promise.resolve();
  let waiting = 0;
  socket.on('data', (chunk) => {
    if (++waiting === MAX_WAITING) socket.pause();
    last = last.then(() => handle(chunk)).finally(() => --waiting === MAX_WAITING - 1 && socket.resume());
  });
  return () => last;
}

/** So many pieces are held; a client sends fewer while it waits for an answer, so that its end is noticed. */
const MAX_WAITING = 8;

/** The statement of a message, if it brings one: `Parse` has a name before it. */
function statementOf(message: Buffer, type: string): string | undefined {
  if (type !== 'P' && type !== 'Q') return undefined;
  const from = type === 'P' ? message.indexOf(0, 5) + 1 : 5;
  return message.toString('utf8', from, message.indexOf(0, from));
}

/** Of `BackendKeyData`, which is so long in no other message. */
function pidIn(chunk: Buffer): number | undefined {
  const at = chunk.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
  return at < 0 ? undefined : chunk.readUInt32BE(at + 5);
}

/** Whether an answer ends in `ReadyForQuery`. */
const isWhole = (answer: Buffer): boolean =>
  answer.length >= 6 && answer.at(-6) === 0x5a && answer.readUInt32BE(answer.length - 5) === 5;

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};

/** An error as the server says it. */
const errorResponse = (severity: string, code: string, text: string): Buffer =>
  message('E', Buffer.from(`S${severity}\0V${severity}\0C${code}\0M${text}\0\0`));

/** The answer to a statement that fails, in a transaction that has failed with it. */
export const failedStatement = (code: string, text: string): Buffer =>
  Buffer.concat([errorResponse('ERROR', code, text), message('Z', Buffer.from('E'))]);

/** The answer to a connection that is refused. */
export const refusedConnection = (code: string, text: string): Buffer => errorResponse('FATAL', code, text);
