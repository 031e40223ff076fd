import { inspect } from 'node:util';
import { gzipSync, brotliCompressSync } from 'node:zlib';
import { InvalidInputError, type Secret } from '@stateful-workflow/core';
import axios from 'axios';
import { describe, expect, it } from 'vitest';
import type { AuthScheme } from '../src/index';
import { adapter, answering, api, cleanup, failure, loadContext, readAll } from './support';

const TOKEN = 'tok_5ecret';

describe('one resource', () => {
  it('loads the record at its path, as a complete sweep', async () => {
    const origin = await api((app) => app.get('/customers/:id', ({ params }) => params));
    const context = loadContext({ apiUrl: origin });
    const pages = await readAll(adapter({ origins: [origin] }), { path: '/customers/{id}' }, context);
    expect(pages).toEqual([{ records: [{ id: 'c_42' }], complete: true, validators: undefined }]);
    expect(context.seen.counts.get('http_requests')).toBe(1);
    expect(context.seen.counts.get('http_response_bytes')).toBe('{"id":"c_42"}'.length);
  });

  it('keeps the path of apiUrl and encodes the id', async () => {
    const origin = await api((app) => app.get('/*', ({ raw }) => ({ url: raw.url })));
    const context = loadContext({ apiUrl: `${origin}/api/`, entity: { name: 'Customer', id: 'a/b ?ü' } });
    const [page] = await readAll(
      adapter({ origins: [origin] }),
      { path: '/{entityName}/{id}?x=1', params: { y: true, q: '{id}' } },
      context,
    );
    expect(page?.records).toEqual([{ url: '/api/Customer/a%2Fb%20%3F%C3%BC?x=1&y=true&q=a%2Fb+%3F%C3%BC' }]);
  });

  it('says that apiUrl is missing and what to do', async () => {
    const rest = adapter({ origins: ['https://crm.example.com'] });
    const error = await failure(rest, { path: '/customers/{id}' }, loadContext());
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toMatch(/^apiUrl: is missing.*Set apiUrl on the workflow or the source/);
    expect(rest.classify(error).kind).toBe('invalid');
  });

  it('loads an absolute URL of a registered origin without apiUrl', async () => {
    const origin = await api((app) => app.get('/me', () => ({ id: 1 })));
    const [page] = await readAll(adapter({ origins: [origin] }), { path: `${origin}/me` }, loadContext());
    expect(page?.records).toEqual([{ id: 1 }]);
  });

  it('takes an array for a list, and items for where the list is', async () => {
    const origin = await api((app) => {
      app.get('/plain', () => [{ id: 1 }, { id: 2 }]);
      app.get('/wrapped', () => ({ data: { items: [{ id: 3 }] } }));
    });
    const rest = adapter({ origins: [origin] });
    const context = loadContext({ apiUrl: origin });
    expect(await readAll(rest, { path: '/plain' }, context)).toMatchObject([
      { records: [{ id: 1 }, { id: 2 }], complete: true },
    ]);
    expect(await readAll(rest, { path: '/wrapped', items: 'data.items' }, context)).toMatchObject([
      { records: [{ id: 3 }], complete: true },
    ]);
  });

  it('does not call a record whole whose answer links to a next page', async () => {
    const origin = await api((app) =>
      app.get('/one', (_, reply) => reply.header('link', '</one?page=2>; rel="next"').send({ id: 1 })),
    );
    const context = loadContext({ apiUrl: origin });
    expect(await readAll(adapter({ origins: [origin] }), { path: '/one' }, context)).toMatchObject([
      { complete: false },
    ]);
    expect(context.seen.warnings).toHaveLength(1);
  });
});

describe('headers and credential', () => {
  it('sends the bearer token, resolved for the origin, and its own headers', async () => {
    const origin = await api((app) => app.get('/me', ({ headers }) => headers));
    const context = loadContext({ apiUrl: origin, token: TOKEN });
    const [page] = await readAll(
      adapter({ origins: [origin], userAgent: 'acme/1' }),
      { path: '/me', headers: { 'X-Tenant': 't1', accept: 'application/vnd.acme+json' } },
      context,
    );
    expect(page?.records[0]).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'x-tenant': 't1',
      accept: 'application/vnd.acme+json',
      'user-agent': 'acme/1',
      'accept-encoding': 'gzip, deflate, br',
    });
    expect(context.seen.origins).toEqual([origin]);
  });

  it('lets a source say its own User-Agent', async () => {
    const origin = await api((app) => app.get('/me', ({ headers }) => ({ agent: headers['user-agent'] })));
    const context = loadContext({ apiUrl: origin });
    const query = { path: '/me', headers: { 'user-agent': 'mine/1' } };
    expect(await readAll(adapter({ origins: [origin] }), query, context)).toMatchObject([
      { records: [{ agent: 'mine/1' }] },
    ]);
  });

  it('sends no Authorization when the source has no credential', async () => {
    const origin = await api((app) => app.get('/me', ({ headers }) => headers));
    const [page] = await readAll(
      adapter({ origins: [origin] }),
      { path: '/me' },
      loadContext({ apiUrl: origin }),
    );
    expect(page?.records[0]).not.toHaveProperty('authorization');
  });

  it.each(['', 'two words', 'line\r\nX-Evil: 1', 'tök'])(
    'refuses the token %j without repeating it',
    async (token) => {
      const origin = await api((app) => app.get('/me', () => ({})));
      const rest = adapter({ origins: [origin] });
      const error = await failure(rest, { path: '/me' }, loadContext({ apiUrl: origin, token }));
      expect(rest.classify(error).kind).toBe('unauthorized');
      expect(error.message).toMatch(/fingerprint [0-9a-f]{8}/);
      if (token !== '') expect(inspect(error)).not.toContain(token);
    },
  );

  it('names to the load what a scheme got with the credential', async () => {
    const origin = await api((app) => app.get('/me', ({ headers }) => ({ sent: headers['x-session'] })));
    const auth: AuthScheme = {
      name: 'session',
      async authorize({ conceal }) {
        conceal('acc3ss');
        return { headers: { 'X-Session': 'acc3ss' } };
      },
    };
    const concealed: string[] = [];
    const conceal = (secret: Secret): void => void concealed.push(secret.reveal());
    const rest = adapter({ origins: [{ origin, auth }] });
    const [page] = await readAll(rest, { path: '/me' }, { ...loadContext({ apiUrl: origin }), conceal });
    expect(page?.records).toEqual([{ sent: 'acc3ss' }]);
    expect(concealed).toEqual(['acc3ss']);
  });

  it('has no part in headers that other code gave to axios', async () => {
    axios.defaults.headers.common['X-Other'] = 'leak';
    cleanup(() => delete axios.defaults.headers.common['X-Other']);
    const origin = await api((app) => app.get('/me', ({ headers }) => headers));
    const [page] = await readAll(
      adapter({ origins: [origin] }),
      { path: '/me' },
      loadContext({ apiUrl: origin }),
    );
    expect(page?.records[0]).not.toHaveProperty('x-other');
  });
});

describe('bodies that are read', () => {
  const response = (headers: string, body: Buffer): Buffer =>
    Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${headers}Content-Length: ${body.length}\r\n\r\n`), body]);
  const json = Buffer.from('{"name":"Zoë"}');

  it.each([
    ['gzip', response('Content-Encoding: gzip\r\n', gzipSync(json))],
    ['br', response('Content-Encoding: br\r\n', brotliCompressSync(json))],
    ['a byte order mark', response('', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), json]))],
    ['charset=UTF-8', response('Content-Type: application/json; charset="UTF-8"\r\n', json)],
    ['no content-type', response('', json)],
  ])('understands %s', async (_, bytes) => {
    const origin = await answering(bytes);
    const [page] = await readAll(
      adapter({ origins: [origin] }),
      { path: '/' },
      loadContext({ apiUrl: origin }),
    );
    expect(page?.records).toEqual([{ name: 'Zoë' }]);
  });
});

describe('connections', () => {
  it('are kept for the next load, also after an error answer, and closed by close()', async () => {
    let connections = 0;
    let closed = 0;
    const origin = await api((app) => {
      app.get('/me', () => ({ id: 1 }));
      app.server.on('connection', (socket) => {
        connections += 1;
        socket.on('close', () => (closed += 1));
      });
    });
    const rest = adapter({ origins: [origin] });
    const context = loadContext({ apiUrl: origin });
    await readAll(rest, { path: '/me' }, context);
    await failure(rest, { path: '/missing' }, context);
    await readAll(rest, { path: '/me' }, context);
    expect({ connections, closed }).toEqual({ connections: 1, closed: 0 });
    await rest.close();
    await expect.poll(() => closed).toBe(1);
  });
});
