import { describe, expect, it } from 'vitest';
import { crmWithClient } from './support/crm-client';

const minute = 60_000;

describe('behave', () => {
  it('answers with a status and a Retry-After, so many times', async () => {
    const { crm, call } = await crmWithClient();
    crm.behave({ status: 429, retryAfter: 3, times: 2 });
    for (let n = 0; n < 2; n += 1) {
      const answer = await call('GET /customers');
      expect(answer).toMatchObject({ status: 429, body: { error: 'too_many_requests' } });
      expect(answer.headers.get('retry-after')).toBe('3');
      expect(answer.headers.get('etag')).toBeNull();
    }
    expect((await call('GET /customers')).status).toBe(200);
  });

  it('can be told a date to retry after, and a 401 that says how to authenticate', async () => {
    const { crm, call } = await crmWithClient();
    const date = 'Sun, 01 Mar 2026 12:00:00 GMT';
    crm.behave({ status: 503, retryAfter: date, times: 1 });
    expect((await call('GET /customers')).headers.get('retry-after')).toBe(date);
    crm.behave({ status: 401, times: 1 });
    expect((await call('GET /customers')).headers.get('www-authenticate')).toBe('Bearer realm="crm"');
  });

  it('holds for a part of the paths, the latest that fits counts, and all end with behaveNormally', async () => {
    const { crm, call } = await crmWithClient();
    const statuses = async (): Promise<number[]> => [
      (await call('GET /customers/c_1')).status,
      (await call('GET /customers/c_2')).status,
    ];
    crm.behave({ status: 503 });
    crm.behave({ status: 500, path: '/customers/c_1' });
    expect(await statuses()).toEqual([500, 503]);
    expect(await statuses()).toEqual([500, 503]);
    crm.behaveNormally();
    expect(await statuses()).toEqual([200, 200]);
  });

  it('drops connections', async () => {
    const { crm, call } = await crmWithClient();
    crm.behave({ drop: true, times: 1 });
    await expect(call('GET /customers')).rejects.toThrow('fetch failed');
    expect(crm.requests).toMatchObject([{ path: '/customers', status: 0 }]);
    expect(crm.aborted).toBe(0);
    expect((await call('GET /customers')).status).toBe(200);
  });

  it('delays answers, and only those that it is told to', async () => {
    const { crm, call } = await crmWithClient();
    crm.behave({ latencyMs: 50, times: 1 });
    const before = performance.now();
    expect((await call('GET /customers/c_1')).status).toBe(200);
    // Timers have whole milliseconds, so one may seem to be early by one.
    expect(performance.now() - before).toBeGreaterThanOrEqual(49);

    crm.behave({ latencyMs: minute, path: '/customers/c_1' });
    const arrived = crm.nextArrival();
    const hangUp = new AbortController();
    const failed = expect(call('GET /customers/c_1', { signal: hangUp.signal })).rejects.toThrow('aborted');
    await arrived;
    expect((await call('GET /customers/c_2')).status).toBe(200);
    expect(crm.requests.map(({ path }) => path)).toEqual(['/customers/c_1', '/customers/c_2']);
    hangUp.abort();
    await failed;
  });
});

describe('a client that hangs up', () => {
  it('ends the wait at once and is counted', async () => {
    const { crm, call } = await crmWithClient({ latencyMs: minute });
    const hangUp = new AbortController();
    const arrived = crm.nextArrival();
    const ended = crm.nextRequest();
    const calling = call('GET /customers', { signal: hangUp.signal });
    const failed = expect(calling).rejects.toThrow('aborted');
    expect(await arrived).toMatchObject({ method: 'GET', path: '/customers' });
    expect(crm.requests).toEqual([]);

    hangUp.abort();
    await failed;
    expect(await ended).toMatchObject({ path: '/customers', status: 499 });
    expect(crm.aborted).toBe(1);
  });
});

describe('stop', () => {
  it('closes connections that wait for an answer and those that are kept alive, more than once', async () => {
    const { crm, call } = await crmWithClient();
    await call('GET /customers');
    crm.behave({ latencyMs: minute });
    const arrived = crm.nextArrival();
    const failed = expect(call('GET /customers')).rejects.toThrow('fetch failed');
    await arrived;
    await Promise.all([crm.stop(), crm.stop()]);
    await failed;
    await expect(call('GET /customers')).rejects.toThrow('fetch failed');
  });
});

describe('/admin', () => {
  it('handles tokens without ever telling one that is known', async () => {
    const { call, token } = await crmWithClient();
    const admin = { token: null };
    expect(await call('POST /admin/tokens', { ...admin, body: { token: 'from-admin' } })).toMatchObject({
      status: 204,
      body: undefined,
    });
    expect((await call('GET /customers', { token: 'from-admin' })).status).toBe(200);
    const revoke = { ...admin, body: { token: 'from-admin' } };
    expect((await call('POST /admin/tokens/revoke', revoke)).body).toEqual({ revoked: true });
    expect((await call('POST /admin/tokens/revoke', revoke)).body).toEqual({ revoked: false });
    expect((await call('GET /customers', { token: 'from-admin' })).status).toBe(401);

    const { body } = await call('POST /admin/tokens/rotate', admin);
    const { token: rotated } = body as { token: string };
    expect((await call('GET /customers', { token: rotated })).status).toBe(200);
    expect((await call('GET /customers', { token })).status).toBe(401);
  });

  it('switches behaviours on and off, and does not obey them itself', async () => {
    const { call } = await crmWithClient();
    expect((await call('POST /admin/behaviour', { token: null, body: { status: 503 } })).status).toBe(204);
    expect((await call('GET /customers')).status).toBe(503);
    expect((await call('DELETE /admin/behaviour', { token: null })).status).toBe(204);
    expect((await call('GET /customers')).status).toBe(200);
  });

  it('refuses what it does not understand', async () => {
    const { call } = await crmWithClient();
    for (const body of [{ status: 'x' }, { staus: 500 }, {}, { path: 'customers' }, { times: 0 }]) {
      const answer = await call('POST /admin/behaviour', { token: null, body });
      expect(answer).toMatchObject({ status: 400, body: { error: 'bad_request' } });
    }
    const short = await call('POST /admin/tokens', { token: null, body: { token: 'abc' } });
    expect(short.status).toBe(400);
    expect((await call('GET /admin/tokens', { token: null })).status).toBe(404);
  });

  it('counts requests per route and status, without tokens', async () => {
    const { call, token } = await crmWithClient();
    await call('GET /customers/c_1');
    await call('GET /customers/c_2');
    await call('GET /customers/c_9');
    await call('GET /customers', { token: 'a-wrong-token' });
    const { body } = await call('GET /admin/requests', { token: null });
    expect(body).toEqual({
      total: 4,
      aborted: 0,
      routes: [
        { route: 'GET /customers', status: 401, count: 1 },
        { route: 'GET /customers/:id', status: 200, count: 2 },
        { route: 'GET /customers/:id', status: 404, count: 1 },
      ],
    });
    expect(JSON.stringify(body)).not.toMatch(new RegExp(`${token}|a-wrong-token`));
  });
});
