import { describe, expect, it } from 'vitest';
import { adapter, api, loadContext } from './support';

describe('check', () => {
  it.each([
    [200, true, /answered 200\.$/],
    [404, true, /answered 404.*reachable; whether the credential is accepted is known only once/],
    [401, false, /answered 401/],
    [403, false, /answered 403/],
    [429, false, /answered 429/],
    [500, false, /answered 500/],
  ])('with an API that answers %i is ok: %s', async (status, ok, message) => {
    const origin = await api((app) =>
      app.get('/v1/', ({ headers }, reply) =>
        reply.code(headers.authorization === 'Bearer t' ? status : 418).send({}),
      ),
    );
    const result = await adapter({ origins: [origin] }).check(
      loadContext({ apiUrl: `${origin}/v1`, token: 't' }),
    );
    expect(result.ok).toBe(ok);
    expect(result.message).toMatch(message);
  });

  it('takes an answer that is no JSON for an answer', async () => {
    const origin = await api((app) =>
      app.get('/', (_, reply) => reply.type('text/html; charset=iso-8859-1').send(Buffer.from('<p>'))),
    );
    expect(await adapter({ origins: [origin] }).check(loadContext({ apiUrl: origin }))).toMatchObject({
      ok: true,
    });
  });

  it('asks every registered origin when there is no apiUrl', async () => {
    const origin = await api((app) => app.get('/', () => ({})));
    const result = await adapter({ origins: [origin, 'http://127.0.0.1:1'] }).check(loadContext());
    expect(result.ok).toBe(false);
    expect(result.message).toContain(`GET ${origin}/ answered 200.`);
    expect(result.message).toContain('ECONNREFUSED');
  });

  it('rethrows an abort', async () => {
    const reason = new Error('enough');
    const context = loadContext({ apiUrl: 'http://127.0.0.1:1', signal: AbortSignal.abort(reason) });
    await expect(adapter({ origins: ['http://127.0.0.1:1'] }).check(context)).rejects.toBe(reason);
  });
});
