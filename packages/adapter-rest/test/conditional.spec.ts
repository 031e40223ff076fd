import { describe, expect, it } from 'vitest';
import { adapter, api, failure, loadContext, readAll } from './support';

describe('conditional requests', () => {
  it('gives the validators of an answer, and is told by them that nothing changed', async () => {
    const seen: unknown[] = [];
    const lastModified = 'Wed, 01 Jul 2026 10:00:00 GMT';
    const origin = await api((app) =>
      app.get('/me', ({ headers }, reply) => {
        seen.push([headers['if-none-match'], headers['if-modified-since']]);
        void reply.headers({ etag: '"v1"', 'last-modified': lastModified });
        return headers['if-none-match'] === '"v1"' ? reply.code(304).send() : { id: 1 };
      }),
    );
    const rest = adapter({ origins: [origin] });
    const [first] = await readAll(rest, { path: '/me' }, loadContext({ apiUrl: origin }));
    expect(first).toEqual({
      records: [{ id: 1 }],
      validators: { etag: '"v1"', lastModified },
      complete: true,
    });

    const context = loadContext({ apiUrl: origin, checkpoint: { validators: first?.validators } });
    const again = await readAll(rest, { path: '/me' }, context);
    expect(again).toEqual([{ records: [], unchanged: true, validators: first?.validators, complete: false }]);
    expect(context.seen.counts.get('http_not_modified')).toBe(1);
    expect(seen).toEqual([
      [undefined, undefined],
      ['"v1"', lastModified],
    ]);
  });

  it('keeps the validators of the checkpoint when a 304 repeats none', async () => {
    const origin = await api((app) => app.get('/me', (_, reply) => reply.code(304).send()));
    const checkpoint = { validators: { etag: 'W/"v7"' } };
    const [page] = await readAll(
      adapter({ origins: [origin] }),
      { path: '/me' },
      loadContext({ apiUrl: origin, checkpoint }),
    );
    expect(page).toMatchObject({ unchanged: true, validators: { etag: 'W/"v7"' } });
  });

  it('takes a 304 that nobody asked for as an error', async () => {
    const origin = await api((app) => app.get('/me', (_, reply) => reply.code(304).send()));
    const rest = adapter({ origins: [origin] });
    const error = await failure(rest, { path: '/me' }, loadContext({ apiUrl: origin }));
    expect(error.message).toContain('answered 304 Not Modified');
    expect(rest.classify(error).kind).toBe('invalid');
  });

  it('leaves out a validator that cannot be a header', async () => {
    const origin = await api((app) => app.get('/me', ({ headers }) => headers));
    const checkpoint = {
      validators: { etag: '"a"\r\nX-Evil: 1', lastModified: 'Wed, 01 Jul 2026 10:00:00 GMT' },
    };
    const [page] = await readAll(
      adapter({ origins: [origin] }),
      { path: '/me' },
      loadContext({ apiUrl: origin, checkpoint }),
    );
    expect(page?.records[0]).toMatchObject({ 'if-modified-since': 'Wed, 01 Jul 2026 10:00:00 GMT' });
    expect(page?.records[0]).not.toHaveProperty('if-none-match');
    expect(page?.records[0]).not.toHaveProperty('x-evil');
  });
});
