import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { classify, type FaultRule } from '../src/index';
import { clientFor, json, partsFor, patient, rejection, requestTo, serve } from './support';

const isSlow = (body: unknown): boolean => (body as { error?: string }).error === 'slow';

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

  it.each<[string, number, object, unknown, FaultRule[], number]>([
    [
      'words with an error of the server',
      500,
      { 'retry-after': '7' },
      { error: 'rate limit exceeded' },
      [],
      7,
    ],
    [
      'a rule that says how long',
      200,
      {},
      { error: 'slow' },
      [{ body: isSlow, kind: 'throttled', retryAfterMs: 9_000 }],
      9,
    ],
    [
      'a rule, and the answer says how long',
      418,
      { 'retry-after': '8' },
      {},
      [{ status: 418, kind: 'throttled' }],
      8,
    ],
  ])('hold them back however they are told: by %s', async (_, status, headers, body, faults, seconds) => {
    let requests = 0;
    const { origin } = await serve((_request, response) => {
      requests += 1;
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));
    });
    const client = clientFor({ origins: [origin], faults });
    const first = classify(await rejection(client.request(requestTo(origin))));
    expect(first).toMatchObject({ kind: 'throttled', retryAfterMs: seconds * 1_000 });
    const second = await rejection(client.request(requestTo(origin)));
    expect(second).toHaveProperty('failure.type', 'limit');
    expect(classify(second).retryAfterMs).toBeGreaterThan(seconds * 1_000 - 1_000);
    expect(requests).toBe(1);
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

describe('a limit behind another status', () => {
  const at = (seconds: number) => String(Math.floor(Date.now() / 1_000) + seconds);
  it.each<[string, number, object, string, number | undefined]>([
    ['GitHub', 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': at(30) }, '{}', 30_000],
    ['GitHub, secondary', 403, {}, '{"message":"You have exceeded a secondary rate limit."}', undefined],
    ['with Retry-After', 403, { 'retry-after': '12.345678' }, '', 12_346],
    ['without a time', 403, { 'x-ratelimit-remaining': '0' }, '', undefined],
    ['Google', 403, {}, '{"error":{"errors":[{"reason":"userRateLimitExceeded"}]}}', undefined],
    ['Salesforce', 403, {}, '[{"errorCode":"REQUEST_LIMIT_EXCEEDED"}]', undefined],
    [
      'Facebook',
      400,
      {},
      '{"error":{"code":4,"message":"(#4) Application request limit reached"}}',
      undefined,
    ],
    ['Amazon', 400, {}, '{"__type":"ThrottlingException","message":"Rate exceeded"}', undefined],
    ['another', 420, { 'retry-after': '5' }, '', 5_000],
  ])('is throttled: %s', async (_, status, headers, body, wait) => {
    const { origin } = await serve((_, response) => response.writeHead(status, { ...headers }).end(body));
    const error = await rejection(clientFor({ origins: [origin] }).request(requestTo(origin)));
    const fault = classify(error);
    expect(fault.kind).toBe('throttled');
    expect(fault.message).toContain('The API limits how often it may be asked');
    if (wait === undefined) expect(fault.retryAfterMs).toBeUndefined();
    else expect(Math.abs((fault.retryAfterMs ?? 0) - wait)).toBeLessThan(1_500);
  });

  it('is found as well in an answer that its caller would read', async () => {
    const { origin } = await serve((_, response) =>
      response.writeHead(403).end('{"message":"API rate limit exceeded for user 1."}'),
    );
    const request = requestTo(origin, { accept: () => true });
    expect(classify(await rejection(clientFor({ origins: [origin] }).request(request))).kind).toBe(
      'throttled',
    );
  });

  it.each<[number, object, string, string]>([
    [
      403,
      { 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': '30' },
      '{"message":"No access"}',
      'unauthorized',
    ],
    [401, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' }, '', 'unauthorized'],
    [404, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' }, '', 'gone'],
    [422, {}, '{"message":"rate must be a number"}', 'invalid'],
  ])('is not seen where there is none: %i %j', async (status, headers, body, kind) => {
    const { origin } = await serve((_, response) => response.writeHead(status, { ...headers }).end(body));
    const error = await rejection(clientFor({ origins: [origin] }).request(requestTo(origin)));
    expect(classify(error)).toMatchObject({ kind });
    expect(classify(error)).not.toHaveProperty('retryAfterMs', expect.any(Number));
  });

  it('holds the next request back until then', async () => {
    let requests = 0;
    const { origin } = await serve((_, response) => {
      requests += 1;
      response.writeHead(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' }).end();
    });
    const client = clientFor({ origins: [origin] });
    await rejection(client.request(requestTo(origin)));
    expect(await rejection(client.request(requestTo(origin)))).toHaveProperty('failure.type', 'limit');
    expect(requests).toBe(1);
  });
});

describe('a wait that is out of all proportion', () => {
  it.each([
    ['a number', { 'retry-after': '1000000000' }],
    ['a date', { 'retry-after': 'Fri, 31 Dec 2099 00:00:00 GMT', date: 'Thu, 01 Jan 1970 00:00:00 GMT' }],
  ])('is bounded by maxRetryAfter: %s', async (_, headers) => {
    const { origin } = await serve((_, response) => response.writeHead(429, headers).end());
    const options = { origins: [origin], maxRetryAfter: 600_000 };
    const client = clientFor(options);
    const { classify } = partsFor(options);
    const first = classify(await rejection(client.request(requestTo(origin))));
    expect(first).toMatchObject({ kind: 'throttled', retryAfterMs: 600_000 });
    expect(first.message).toContain('No more than maxRetryAfter (600 s) is waited');
    expect(classify(await rejection(client.request(requestTo(origin)))).retryAfterMs).toBeGreaterThan(
      590_000,
    );
  });
});

describe('an API that limits by route', () => {
  it('has the route wait that was told so, and no other', async () => {
    const { origin } = await serve((request, response) => {
      if (request.url?.startsWith('/slow') === true) response.writeHead(429, { 'retry-after': '60' }).end();
      else json(response, {});
    });
    const client = clientFor({ origins: [{ origin, budget: { scope: 'route' } }] });
    const ask = (path: string) =>
      client.request(requestTo(`${origin}${path}`, { route: path.replace(/\d/, '{id}') }));
    await rejection(ask('/slow/1'));
    expect(await rejection(ask('/slow/2'))).toHaveProperty('failure.type', 'limit');
    expect(await ask('/quick/1')).toMatchObject({ status: 200 });
  });
});

describe('a request that somebody demands', () => {
  /** A server that limits until it is told not to. */
  async function limiting() {
    const state = { requests: 0, isLimiting: true };
    const { origin } = await serve((_, response) => {
      state.requests += 1;
      if (state.isLimiting) response.writeHead(429, { 'retry-after': '600' }).end();
      else json(response, {});
    });
    const client = clientFor({ origins: [origin] });
    return { state, ask: (demandedAt?: number) => client.request(requestTo(origin, { demandedAt })) };
  }

  it('is sent once although the origin asked to be left alone', async () => {
    const { state, ask } = await limiting();
    await rejection(ask());
    await rejection(ask());
    expect(state.requests).toBe(1);
    const demandedAt = Date.now() + 1;
    await rejection(ask(demandedAt));
    await rejection(ask(demandedAt));
    expect(state.requests).toBe(2);
  });

  it('shows that the limit is over', async () => {
    const { state, ask } = await limiting();
    await rejection(ask());
    state.isLimiting = false;
    await rejection(ask());
    await ask(Date.now() + 1);
    await ask();
    expect(state.requests).toBe(3);
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
