import { InvalidInputError } from '@stateful-workflow/core';
import { describe, expect, it } from 'vitest';
import { adapter, api, failure, loadContext, readAll } from './support';

describe('registered origins', () => {
  it.each([
    ['apiUrl', { path: '/me' }, 'https://evil.example.com'],
    ['path', { path: 'https://evil.example.com/me' }, undefined],
    ['path', { path: 'https://crm.example.com:8443/me' }, undefined],
    ['path', { path: 'http://crm.example.com/me' }, undefined],
    ['path', { path: 'https://crm.example.com@evil.example.com/me' }, undefined],
  ])('refuses another origin in %s: %j', async (field, query, apiUrl) => {
    const rest = adapter({ origins: ['https://crm.example.com', 'https://b.example.com'] });
    const context = loadContext({ apiUrl, token: 't' });
    const error = await failure(rest, query, context);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toHaveProperty('field', field);
    expect(error.message).toMatch(
      /is not registered .* Registered: https:\/\/crm.example.com, https:\/\/b.example.com|holds a user name/,
    );
    expect(rest.classify(error).kind).toBe('invalid');
    expect(context.seen.origins, 'no credential is asked for').toEqual([]);
  });
});

describe('redirects', () => {
  it('are followed on the origin, with the token', async () => {
    const origin = await api((app) => {
      app.get('/old', (_, reply) => reply.redirect('/new?x=1', 301));
      app.get('/new', ({ headers, query }) => ({ auth: headers.authorization, query }));
    });
    const context = loadContext({ apiUrl: origin, token: 't' });
    const [page] = await readAll(adapter({ origins: [origin] }), { path: '/old' }, context);
    expect(page?.records).toEqual([{ auth: 'Bearer t', query: { x: '1' } }]);
  });

  it('to another registered origin lose the token and all headers but Accept, also on the way back', async () => {
    let home = '';
    const away = await api((app) => {
      app.get('/there', ({ headers }) => headers);
      app.get('/boomerang', (_, reply) => reply.redirect(`${home}/end`));
    });
    home = await api((app) => {
      app.get('/go', (_, reply) => reply.redirect(`${away}/there`));
      app.get('/boomerang', (_, reply) => reply.redirect(`${away}/boomerang`));
      app.get('/end', ({ headers }) => headers);
    });
    const rest = adapter({ origins: [home, away] });
    for (const path of ['/go', '/boomerang']) {
      const context = loadContext({ apiUrl: home, token: 't', checkpoint: { validators: { etag: '"x"' } } });
      const [page] = await readAll(
        rest,
        { path, headers: { 'X-Tenant': 't1', Accept: 'text/json' } },
        context,
      );
      expect(page?.records[0]).toMatchObject({ accept: 'text/json', 'accept-encoding': 'gzip, deflate, br' });
      expect(Object.keys(page?.records[0] as object)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(authorization|x-tenant|if-none-match)$/)]),
      );
      expect(context.seen.origins).toEqual([home]);
    }
  });

  it('to an origin that is not registered are refused before it is reached', async () => {
    let reached = false;
    const away = await api((app) => app.get('/there', () => ((reached = true), {})));
    const origin = await api((app) =>
      app.get('/go', (_, reply) => reply.redirect(`${away}/there?key=s3cret`)),
    );
    const rest = adapter({ origins: [origin] });
    const error = await failure(rest, { path: '/go' }, loadContext({ apiUrl: origin }));
    expect(error.message).toContain(
      `${origin}/go redirects to ${away}/there?key=…; the origin ${away} is not registered`,
    );
    expect(rest.classify(error).kind).toBe('invalid');
    expect(reached).toBe(false);
  });

  it.each([
    ['without a Location', undefined, 'without a Location'],
    ['to what is not a URL', 'http://', 'with a Location that is not a URL'],
    ['to a file', 'file:///etc/passwd', 'the origin file: is not registered'],
    ['with a password', 'http://me:pw@127.0.0.1/', 'holds a user name or password'],
  ])('%s are refused', async (_, location, message) => {
    const origin = await api((app) =>
      app.get('/go', (_request, reply) =>
        (location === undefined ? reply : reply.header('location', location)).code(302).send(),
      ),
    );
    const rest = adapter({ origins: [origin] });
    const error = await failure(rest, { path: '/go' }, loadContext({ apiUrl: origin }));
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('pw@');
    expect(rest.classify(error).kind).toBe('invalid');
  });

  it('are followed five times and no more', async () => {
    const origin = await api((app) =>
      app.get<{ Params: { left: string } }>('/hop/:left', ({ params }, reply) =>
        params.left === '0' ? { done: true } : reply.redirect(`/hop/${Number(params.left) - 1}`),
      ),
    );
    const rest = adapter({ origins: [origin] });
    const context = loadContext({ apiUrl: origin });
    expect(await readAll(rest, { path: '/hop/5' }, context)).toMatchObject([{ records: [{ done: true }] }]);
    const error = await failure(rest, { path: '/hop/6' }, context);
    expect(error.message).toContain('was redirected more than 5 times');
    expect(rest.classify(error).kind).toBe('invalid');
  });
});
