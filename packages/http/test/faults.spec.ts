import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { classify, type FaultRule } from '../src/index';
import { clientFor, rejection, requestTo, serve } from './support';

async function fault(rules: readonly FaultRule[], status: number, body: string, headers: object = {}) {
  const { origin } = await serve((_, response) => response.writeHead(status, { ...headers }).end(body));
  const error = await rejection(clientFor({ origins: [origin], faults: rules }).request(requestTo(origin)));
  expect(inspect(error, { depth: 9 })).not.toContain('b0dy');
  return classify(error);
}

const limited: FaultRule = {
  body: (body) => (body as { error: { code: string } }).error.code === 'ratelimited',
  kind: 'throttled',
  retryAfterMs: 5_000,
};

describe('rules', () => {
  it.each<[string, FaultRule, number, string, object, object]>([
    ['by status', { status: 403, kind: 'gone' }, 403, '', {}, { kind: 'gone' }],
    ['by one of several', { status: [403, 418], kind: 'transient' }, 418, '', {}, { kind: 'transient' }],
    [
      'by the body of a 200',
      limited,
      200,
      '{"error":{"code":"ratelimited"}}',
      {},
      { kind: 'throttled', retryAfterMs: 5_000 },
    ],
    ['by the body of an error', limited, 400, '{"error":{"code":"ratelimited"}}', {}, { kind: 'throttled' }],
    [
      'by text',
      { body: (text) => text === 'b0dy', kind: 'transient' },
      400,
      'b0dy',
      {},
      { kind: 'transient' },
    ],
    [
      'with the wait that the answer asks for',
      { status: 420, kind: 'throttled' },
      420,
      '',
      { 'retry-after': '9' },
      { kind: 'throttled', retryAfterMs: 9_000 },
    ],
    [
      'by headers',
      { headers: (headers) => headers['x-app-quota'] === 'spent', kind: 'throttled' },
      400,
      '',
      { 'X-App-Quota': 'spent' },
      { kind: 'throttled' },
    ],
    [
      'by headers of a 200',
      { status: 200, headers: (headers) => headers['x-app-quota'] === 'spent', kind: 'throttled' },
      200,
      '{}',
      { 'X-App-Quota': 'spent' },
      { kind: 'throttled' },
    ],
    [
      'whose headers do not fit leave the table',
      { headers: () => false, status: 404, kind: 'fatal' },
      404,
      '',
      {},
      { kind: 'gone' },
    ],
    ['that do not fit leave the table', limited, 404, '{"b0dy":1}', {}, { kind: 'gone' }],
    [
      'that ask for more than the status leave the table',
      { ...limited, status: 400 },
      404,
      '{"error":{"code":"ratelimited"}}',
      {},
      { kind: 'gone' },
    ],
    [
      'for another origin leave the table',
      { status: 404, origin: 'https://b.example.com', kind: 'fatal' },
      404,
      '',
      {},
      { kind: 'gone' },
    ],
  ])('%s', async (_, rule, status, body, headers, expected) => {
    expect(await fault([rule], status, body, headers)).toMatchObject(expected);
  });

  it('by the code of a network error; the first that fits counts', async () => {
    const faults: FaultRule[] = [
      { code: 'ECONNREFUSED', kind: 'gone' },
      { code: 'ECONNREFUSED', kind: 'fatal' },
    ];
    const client = clientFor({ origins: ['http://127.0.0.1:1'], faults });
    expect(classify(await rejection(client.request(requestTo('http://127.0.0.1:1')))).kind).toBe('gone');
  });
});
