import { getEventListeners } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { adapter, api, closed, failure, loadContext, rawServer, readAll, signalled } from './support';

describe('timeouts', () => {
  it('ends a connection that does not come up', async () => {
    // The server accepts TCP and never answers the TLS greeting.
    const connection = signalled<Socket>();
    const origin = (await rawServer(connection.resolve)).replace('http:', 'https:');
    const rest = adapter({ origins: [origin], timeouts: { connect: 50 } });
    const error = await failure(rest, { path: '/x' }, loadContext({ apiUrl: origin }));
    expect(error.message).toMatch(/could not connect within 50 ms.*timeouts\.connect/);
    expect(rest.classify(error).kind).toBe('transient');
    await closed(await connection.promise);
  });

  it.each([
    ['sends nothing', ''],
    ['stops in its headers', 'HTTP/1.1 200 OK\r\nContent-'],
    ['stops in its body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a":'],
  ])('ends a request whose server %s', async (_, bytes) => {
    const connection = signalled<Socket>();
    const origin = await rawServer((socket) => {
      connection.resolve(socket);
      socket.once('data', () => socket.write(bytes));
    });
    const rest = adapter({ origins: [origin], timeouts: { idle: 50 } });
    const error = await failure(rest, { path: '/x' }, loadContext({ apiUrl: origin }));
    expect(error.message).toMatch(/received nothing for 50 ms.*timeouts\.idle/);
    expect(rest.classify(error).kind).toBe('transient');
    await closed(await connection.promise);
  });

  it('ends a request that drips for ever, and not for being idle', async () => {
    const connection = signalled<Socket>();
    const origin = await rawServer((socket) => {
      connection.resolve(socket);
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        const drip = setInterval(() => socket.write(' '), 5);
        socket.on('close', () => clearInterval(drip));
      });
    });
    const rest = adapter({ origins: [origin], timeouts: { idle: 10_000, total: 150 } });
    const error = await failure(rest, { path: '/x' }, loadContext({ apiUrl: origin }));
    expect(error.message).toMatch(/took longer than 150 ms.*timeouts\.total/);
    expect(rest.classify(error).kind).toBe('transient');
    await closed(await connection.promise);
  });
});

describe('cancellation', () => {
  it.each([
    ['while it connects', 'tls', ''],
    ['while it waits for an answer', 'http', ''],
    ['in mid-body', 'http', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a":'],
  ])('%s reaches the socket, and is rethrown untouched', async (_, scheme, bytes) => {
    const connection = signalled<Socket>();
    const answered = signalled<void>();
    const base = await rawServer((socket) => {
      connection.resolve(socket);
      socket.once('data', () =>
        socket.write(bytes === '' ? Buffer.alloc(0) : bytes, () => answered.resolve()),
      );
    });
    const origin = scheme === 'tls' ? base.replace('http:', 'https:') : base;
    const rest = adapter({ origins: [origin] });
    const controller = new AbortController();
    const load = failure(rest, { path: '/x' }, loadContext({ apiUrl: origin, signal: controller.signal }));
    const socket = await connection.promise;
    await answered.promise;
    const reason = new Error('cancelled by Temporal');
    const started = performance.now();
    controller.abort(reason);
    expect(await load).toBe(reason);
    await closed(socket);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('before the load sends nothing', async () => {
    let requests = 0;
    const origin = await api((app) => app.get('/x', () => ((requests += 1), {})));
    const reason = new Error('cancelled by Temporal');
    const context = loadContext({ apiUrl: origin, signal: AbortSignal.abort(reason) });
    for (const pagination of [undefined, { type: 'page' } as const]) {
      expect(await failure(adapter({ origins: [origin] }), { path: '/x', pagination }, context)).toBe(reason);
    }
    expect(requests).toBe(0);
    expect(context.seen.origins, 'no credential is asked for').toEqual([]);
  });

  it('between pages ends the list', async () => {
    let requests = 0;
    const origin = await api((app) => app.get('/x', () => [{ id: (requests += 1) }]));
    const controller = new AbortController();
    const context = loadContext({ apiUrl: origin, signal: controller.signal });
    const pages = adapter({ origins: [origin] }).load(
      { path: '/x', pagination: { type: 'page', size: 1 } },
      context,
    );
    const iterator = pages[Symbol.asyncIterator]();
    expect(await iterator.next()).toMatchObject({ value: { records: [{ id: 1 }], complete: false } });
    const reason = new Error('cancelled by Temporal');
    controller.abort(reason);
    await expect(iterator.next()).rejects.toBe(reason);
    expect(requests).toBe(1);
  });

  it('does not wait for a credential that does not come', async () => {
    const asked = signalled<void>();
    const controller = new AbortController();
    const origin = 'http://127.0.0.1:1';
    const load = failure(
      adapter({ origins: [origin] }),
      { path: '/x' },
      loadContext({
        apiUrl: origin,
        signal: controller.signal,
        credential: () => {
          asked.resolve();
          return new Promise(() => {});
        },
      }),
    );
    await asked.promise;
    const reason = new Error('cancelled by Temporal');
    controller.abort(reason);
    expect(await load).toBe(reason);
  });

  it('leaves no listener on the signal, however the load ends', async () => {
    const origin = await api((app) => app.get('/x', () => ({ id: 1 })));
    const signal = new AbortController().signal;
    const rest = adapter({ origins: [origin] });
    await readAll(rest, { path: '/x' }, loadContext({ apiUrl: origin, signal }));
    await failure(rest, { path: '/y' }, loadContext({ apiUrl: origin, signal }));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
