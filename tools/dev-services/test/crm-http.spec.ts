import { describe, expect, it, vi } from 'vitest';
import { crmWithClient } from './support/crm-client';

describe('bearer tokens', () => {
  it('are asked for on every path, also one that is not there', async () => {
    const { call } = await crmWithClient();
    for (const what of ['GET /customers', 'PATCH /contacts/k_1_1', 'GET /customers/c_9', 'GET /nowhere']) {
      const answer = await call(what, { token: null });
      expect(answer.status).toBe(401);
      expect(answer.body).toEqual({
        error: 'unauthorized',
        message: 'Send a bearer token in the Authorization header.',
      });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="crm"');
    }
  });

  it('that are unknown or of another scheme are refused and never repeated', async () => {
    const { call, token } = await crmWithClient();
    const unknown = await call('GET /customers', { token: 'crm_of_somebody_else' });
    expect(unknown.status).toBe(401);
    expect(unknown.headers.get('www-authenticate')).toBe('Bearer realm="crm", error="invalid_token"');
    expect(JSON.stringify([unknown.body, ...unknown.headers])).not.toContain('somebody_else');
    const basic = await call('GET /customers', { token: null, headers: { authorization: `Basic ${token}` } });
    expect(basic.status).toBe(401);
  });

  it('can be issued, added, revoked and rotated', async () => {
    const { crm, call, token } = await crmWithClient({ tokens: ['given-at-start'] });
    const status = async (by: string): Promise<number> =>
      (await call('GET /customers', { token: by })).status;
    expect(token).toMatch(/^crm_[0-9a-f]{24}$/);
    crm.addToken('added-later');
    expect([await status('given-at-start'), await status('added-later'), await status(token)]).toEqual([
      200, 200, 200,
    ]);

    expect([crm.revokeToken(token), crm.revokeToken(token)]).toEqual([true, false]);
    expect(await status(token)).toBe(401);
    const rotated = crm.rotateTokens();
    expect([await status(rotated), await status('added-later')]).toEqual([200, 401]);
  });
});

describe('validators', () => {
  it.each(['/customers', '/customers?pageSize=1', '/customers/c_1', '/customers/c_1/contacts'])(
    '%s has a strong ETag that gives a 304 until the content changes',
    async (path) => {
      const { crm, call } = await crmWithClient();
      const first = await call(`GET ${path}`);
      const etag = first.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[\w-]+"$/);

      for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await call(`GET ${path}`, { headers: { 'if-none-match': tags } });
        expect(again).toMatchObject({ status: 304, body: undefined });
        expect(again.headers.get('etag')).toBe(etag);
      }
      crm.patchCustomer('c_1', { city: 'Oslo' });
      crm.patchContact('k_1_1', { role: 'guest' });
      const changed = await call(`GET ${path}`, { headers: { 'if-none-match': etag } });
      expect(changed.status).toBe(200);
      expect(changed.headers.get('etag')).not.toBe(etag);
    },
  );

  it('Last-Modified gives a 304 too, unless there is an entity tag that does not match', async () => {
    const { call } = await crmWithClient();
    const lastModified = (await call('GET /customers/c_1')).headers.get('last-modified') ?? '';
    expect(lastModified).toBe('Mon, 06 Jan 2025 09:00:00 GMT');
    const since = { 'if-modified-since': lastModified };
    expect((await call('GET /customers/c_1', { headers: since })).status).toBe(304);
    const both = { ...since, 'if-none-match': '"other"' };
    expect((await call('GET /customers/c_1', { headers: both })).status).toBe(200);
  });

  it('Last-Modified is not told within the second of the change, when it would hide a second one', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T12:00:00.300Z') });
    try {
      const { crm, call } = await crmWithClient();
      crm.patchCustomer('c_1', { city: 'Oslo' });
      expect((await call('GET /customers/c_1')).headers.get('last-modified')).toBeNull();
      vi.setSystemTime(new Date('2026-03-01T12:00:01.000Z'));
      const later = await call('GET /customers/c_1');
      expect(later.headers.get('last-modified')).toBe('Sun, 01 Mar 2026 12:00:00 GMT');
    } finally {
      vi.useRealTimers();
    }
  });

  it('Last-Modified of contacts moves on when one is removed', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T12:00:00Z') });
    try {
      const { crm, call } = await crmWithClient();
      crm.removeContact('k_1_1');
      vi.setSystemTime(new Date('2026-03-01T12:00:05Z'));
      const { headers } = await call('GET /customers/c_1/contacts');
      expect(headers.get('last-modified')).toBe('Sun, 01 Mar 2026 12:00:00 GMT');
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the log', () => {
  it('has each request with its query, its status and whether it was conditional', async () => {
    const { crm, call } = await crmWithClient();
    const seen: string[] = [];
    const unlisten = crm.onRequest(({ method, path, status }) => seen.push(`${method} ${path} ${status}`));
    const { headers } = await call('GET /customers/c_1');
    await call('GET /customers/c_1', { headers: { 'if-none-match': headers.get('etag') ?? '' } });
    await call('GET /customers?page=2', { token: null });
    unlisten();
    await call('GET /nowhere');

    expect(seen).toEqual(['GET /customers/c_1 200', 'GET /customers/c_1 304', 'GET /customers 401']);
    const one = { method: 'GET', path: '/customers/c_1', query: '', route: 'GET /customers/:id' };
    expect(crm.requests).toEqual([
      { ...one, conditional: false, status: 200 },
      { ...one, conditional: true, status: 304 },
      {
        ...one,
        path: '/customers',
        query: 'page=2',
        route: 'GET /customers',
        conditional: false,
        status: 401,
      },
      { ...one, path: '/nowhere', route: 'GET (none)', conditional: false, status: 404 },
    ]);
  });

  it('lets a test await a request, or give up', async () => {
    const { crm, call } = await crmWithClient();
    const awaited = crm.nextRequest(({ path }) => path === '/customers/c_2');
    await call('GET /customers/c_1');
    await call('GET /customers/c_2');
    expect(await awaited).toMatchObject({ path: '/customers/c_2', status: 200 });

    const giveUp = new AbortController();
    const never = crm.nextRequest(() => false, { signal: giveUp.signal });
    giveUp.abort(new Error('enough'));
    await expect(never).rejects.toThrow('enough');
    await expect(crm.nextRequest(() => true, { signal: giveUp.signal })).rejects.toThrow('enough');
  });
});
