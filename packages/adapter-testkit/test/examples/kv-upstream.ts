import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure, Upstream, When } from '../../src/index';
import { kvAdapter, type KvQuery } from './kv-adapter';
import { lines, say } from './kv-protocol';

/** How the store fails, by name: what it does instead of answering a scan. */
const FAILURES: Readonly<Record<string, Failure & { readonly answer: (socket: Socket) => unknown }>> = {
  'hangs up': { kind: 'transient', answer: (socket) => socket.end() },
  'breaks off': {
    kind: 'transient',
    midPage: true,
    answer: (socket) => socket.write('["page",1,fal', () => socket.destroy()),
  },
  'is busy': { kind: 'throttled', retryAfterMs: 7_000, answer: (socket) => say(socket, ['no', 'busy', 7]) },
  'refuses the token': { kind: 'unauthorized', answer: (socket) => say(socket, ['no', 'token']) },
  'refuses the prefix': { kind: 'invalid', answer: (socket) => say(socket, ['no', 'prefix']) },
  'has no such keys': { kind: 'gone', answer: (socket) => say(socket, ['no', 'gone']) },
  'talks of something else': { kind: 'fatal', answer: (socket) => socket.write('HTTP/1.1 400\n') },
};

/** A key-value store on loopback. */
export async function startKvUpstream(): Promise<Upstream<KvQuery, string>> {
  const pairs = new Map<string, string>();
  const arrivals = new EventEmitter();
  const sockets = new Set<Socket>();
  let [version, requests, tokens] = [0, 0, 0];
  let trouble: { readonly meet: (socket: Socket) => unknown; left: number } | undefined;
  const token = (): string => `token-of-the-store-${tokens}`;

  async function serve(socket: Socket): Promise<void> {
    let isKnown = false;
    for await (const [word, prefix, after, limit] of lines(socket, 10_000) as AsyncGenerator<
      ['auth' | 'scan', string, string, number]
    >) {
      if (word === 'auth') isKnown = prefix === token();
      if (word !== 'scan') continue;
      requests += 1;
      arrivals.emit('request');
      if (trouble !== undefined && (trouble.left -= 1) < 0 && (await trouble.meet(socket)) !== 'go on')
        continue;
      const keys = [...pairs.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
      const page = keys.slice(0, limit).map((key) => [key, pairs.get(key)]);
      say(socket, isKnown ? ['page', version, page.length === keys.length, ...page] : ['no', 'token']);
    }
  }
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    // A client that goes in the middle of a word ends its own connection only.
    serve(socket).catch(() => {});
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const set = (id: string, name: string): void => {
    pairs.set(id, name);
    version += 1;
  };
  const recover = async (): Promise<void> => void (trouble = undefined);

  return {
    adapter: (settings) => kvAdapter({ host: '127.0.0.1', port, ...settings }),
    origins: [`kv://127.0.0.1:${port}`],
    pageSize: 10,
    query: { prefix: '' },
    conditionalQuery: { prefix: '' },
    invalidQueries: [
      [{}, 'prefix'],
      [{ prefix: 'r_', port: 80 }, 'port'],
    ],
    failures: FAILURES,
    put: async (records) => records.forEach(({ id, name }) => set(id, name)),
    patch: async (id, name) => set(id, name),
    remove: async (id) => {
      pairs.delete(id);
      version += 1;
    },
    fail: async (name, { after = 0 }: When = {}) =>
      void (trouble = { left: after, meet: (socket) => FAILURES[name]?.answer(socket) }),
    delay: async (ms, { after = 0 }: When = {}) =>
      void (trouble = {
        left: after,
        meet: async (socket) => {
          const gone = new AbortController();
          socket.once('close', () => gone.abort());
          return sleep(ms, 'go on', { signal: gone.signal }).catch(() => 'gone');
        },
      }),
    recover,
    revoke: async () => {
      tokens += 1;
      return token();
    },
    token,
    requested: async () => void (await once(arrivals, 'request')),
    requests: () => requests,
    reset: async () => {
      pairs.clear();
      [version, requests] = [version + 1, 0];
      await recover();
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}
