import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { classify } from '../src/index';
import { clientFor, json, patient, rejection, requestTo, serve } from './support';

describe('rate limits', () => {
  it('hold back every load of the worker with that credential, without asking the origin', async () => {
    let requests = 0;
    const { origin } = await serve((_, response) => {
      requests += 1;
      response.writeHead(429, { 'retry-after': '7' }).end();
    });
    const client = clientFor({ origins: [origin] });
    const first = requestTo(origin, { token: 'a' });
    expect(classify(await rejection(client.request(first)))).toMatchObject({
      kind: 'throttled',
      retryAfterMs: 7_000,
    });
    const second = requestTo(origin, { token: 'a' });
    const fault = classify(await rejection(client.request(second)));
    expect(fault.kind).toBe('throttled');
    expect(fault.retryAfterMs).toBeGreaterThan(6_000);
    expect(fault.retryAfterMs).toBeLessThanOrEqual(7_000);
    expect(requests).toBe(1);
    expect(second.counted.counts.get('http_throttled')).toBe(1);
    expect(second.counted.durations.get('http_wait')).toEqual([fault.retryAfterMs]);
    await rejection(client.request(requestTo(origin, { token: 'another' })));
    expect(requests).toBe(2);
  });

  it('are seen before they are run into', async () => {
    let left = 2;
    const { origin } = await serve((_, response) => {
      left -= 1;
      json(response, {}, { 'x-ratelimit-remaining': left, 'x-ratelimit-reset': 30 });
    });
    const client = clientFor({ origins: [origin] });
    await client.request(requestTo(origin));
    await client.request(requestTo(origin));
    const error = await rejection(client.request(requestTo(origin)));
    expect(error).toHaveProperty('failure.type', 'limit');
    expect(error.message).toContain(
      `${origin} has said that it takes no more requests, so the request waits 30 s`,
    );
    expect(left).toBe(0);
  });

  it('of the user are a budget', async () => {
    const { origin, connections } = await serve((_, response) => json(response, {}));
    const budget = { requests: 2, perMs: 60_000 };
    const client = clientFor({ origins: [{ origin, budget }] });
    await client.request(requestTo(origin));
    await client.request(requestTo(origin));
    const error = await rejection(client.request(requestTo(origin)));
    expect(error.message).toContain('is asked at most 2 times in 60000 ms');
    expect(classify(error).kind).toBe('throttled');
    expect(connections()).toBe(1);
  });
});

describe('concurrency', () => {
  it('is limited by origin; who waits is next, and who leaves does not count', async () => {
    const { origin, waiting, arrival } = await patient();
    const client = clientFor({ origins: [{ origin, concurrency: 2 }] });
    const controller = new AbortController();
    const ask = (path: string, signal?: AbortSignal) =>
      client.request(requestTo(`${origin}/${path}`, signal === undefined ? {} : { signal }));
    const loads = [ask('1'), ask('2')];
    await arrival(2);
    const third = rejection(ask('3', controller.signal));
    const fourth = ask('4');
    controller.abort(new Error('enough'));
    expect((await third).message).toBe('enough');
    expect(waiting).toHaveLength(2);
    json(waiting[0] as ServerResponse, {});
    await arrival(3);
    json(waiting[1] as ServerResponse, {});
    json(waiting[2] as ServerResponse, {});
    await Promise.all([...loads, fourth]);
    expect(waiting).toHaveLength(3);
  });
});

describe('equal requests that are under way', () => {
  it('share one answer', async () => {
    const { origin, waiting, arrival } = await patient();
    const client = clientFor({ origins: [origin] });
    const [first, second] = [requestTo(origin, { token: 'a' }), requestTo(origin, { token: 'a' })];
    const answers = [client.request(first), client.request(second)];
    await arrival(1);
    json(waiting[0] as ServerResponse, { n: 1 });
    expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(['{"n":1}', '{"n":1}']);
    expect(first.counted.counts.get('http_requests')).toBe(1);
    expect(second.counted.counts.get('http_requests')).toBeUndefined();
    expect(second.counted.counts.get('http_requests_shared')).toBe(1);
    expect(second.asked, 'the credential is resolved for each').toEqual([origin]);
    const later = client.request(requestTo(origin, { token: 'a' }));
    await arrival(2);
    json(waiting[1] as ServerResponse, { n: 2 });
    expect((await later).body).toBe('{"n":2}');
  });

  it.each([
    ['another credential', { token: 'bb' }],
    ['none', { token: undefined }],
    ['other headers', { token: 'a', headers: { accept: 'text/json' } }],
    ['another method', { token: 'a', method: 'POST' as const, body: '{}' }],
    ['dedupe: false', { token: 'a', dedupe: false }],
  ])('share none with %s', async (_, other) => {
    const { origin, waiting, arrival } = await patient();
    const client = clientFor({ origins: [origin] });
    const answers = [
      client.request(requestTo(origin, { token: 'a' })),
      client.request(requestTo(origin, other)),
    ];
    await arrival(2);
    for (const response of waiting) json(response, {});
    await Promise.all(answers);
  });

  it('share an error, which is not kept', async () => {
    const { origin, waiting, arrival } = await patient();
    const client = clientFor({ origins: [origin] });
    const errors = [1, 2].map(() => rejection(client.request(requestTo(origin))));
    await arrival(1);
    waiting[0]?.writeHead(500).end();
    for (const error of await Promise.all(errors)) expect(error.message).toContain('answered 500');
    const again = client.request(requestTo(origin));
    await arrival(2);
    json(waiting[1] as ServerResponse, {});
    expect(await again).toMatchObject({ status: 200 });
  });

  it('go on for the others when one is cancelled, and end with the last', async () => {
    const { origin, waiting, arrival } = await patient();
    const client = clientFor({ origins: [origin] });
    const [a, b] = [new AbortController(), new AbortController()];
    const first = rejection(client.request(requestTo(origin, { signal: a.signal })));
    const second = rejection(client.request(requestTo(origin, { signal: b.signal })));
    await arrival(1);
    const closed = new Promise((resolve) => waiting[0]?.once('close', resolve));
    a.abort(new Error('a'));
    expect((await first).message).toBe('a');
    expect(waiting[0]?.closed).toBe(false);
    b.abort(new Error('b'));
    expect((await second).message).toBe('b');
    await closed;
  });
});
