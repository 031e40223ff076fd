import { describe, expect, it } from 'vitest';
import { fetchOver } from '../src/index';
import { bodyOf, clientFor, json, rejection, requestTo, serve } from './support';

describe('fetchOver', () => {
  it('sends what a driver asks for, with the credential of the source', async () => {
    const { origin } = await serve((request, response) => {
      void bodyOf(request).then((body) =>
        json(response, { method: request.method, body, headers: request.headers }, { 'x-a': ['1', '2'] }),
      );
    });
    const fetch = fetchOver(clientFor({ origins: [origin] }), requestTo(origin, { token: 'tok' }));
    const response = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"query":"{ a }"}',
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-a')).toBe('1, 2');
    expect(await response.json()).toMatchObject({
      method: 'POST',
      body: '{"query":"{ a }"}',
      headers: { authorization: 'Bearer tok', 'content-type': 'application/json', 'content-length': '17' },
    });
  });

  it('gives answers of any status with their bodies, and throws what the client throws', async () => {
    const { origin } = await serve((request, response) => {
      const status = Number((request.url ?? '').slice(1));
      response.writeHead(status).end(status === 204 ? undefined : `{"errors":[${status}]}`);
    });
    const client = clientFor({ origins: [origin] });
    const fetch = fetchOver(client, requestTo(origin));
    for (const status of [400, 401, 500]) {
      const response = await fetch(`${origin}/${status}`);
      expect([response.status, await response.text()]).toEqual([status, `{"errors":[${status}]}`]);
    }
    expect((await fetch(`${origin}/204`)).body).toBeNull();
    expect((await rejection(fetch('https://evil.example.net/'))).message).toContain('is not registered');
    expect((await rejection(fetch(origin, { method: 'DELETE' }))).message).toContain('DELETE is not sent');
  });

  it('heeds both signals', async () => {
    const { origin } = await serve(() => {});
    const [load, own] = [new AbortController(), new AbortController()];
    const fetch = fetchOver(clientFor({ origins: [origin] }), requestTo(origin, { signal: load.signal }));
    const answers = [fetch(`${origin}/1`, { signal: own.signal }), fetch(`${origin}/2`)].map(rejection);
    own.abort(new Error('own'));
    expect((await answers[0])?.message).toBe('own');
    load.abort(new Error('load'));
    expect((await answers[1])?.message).toBe('load');
  });
});
