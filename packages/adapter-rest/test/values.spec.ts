import { describe, expect, it } from 'vitest';
import type { RestQuery } from '../src/index';
import { adapter, api, failure, loadContext, readAll } from './support';

/** A server that answers with these texts, path by path, and says what it was asked. */
async function answering(bodies: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const origin = await api((app) =>
    app.get('/*', ({ raw }, reply) => {
      asked.push(raw.url ?? '');
      return reply.type('application/json').send(bodies[raw.url ?? '']);
    }),
  );
  return {
    origin,
    asked,
    rest: adapter({ origins: [origin] }),
    context: () => loadContext({ apiUrl: origin }),
  };
}

describe('numbers that JavaScript would round', () => {
  it('are text, digit by digit, in records and in cursors', async () => {
    const { asked, rest, context } = await answering({
      '/list':
        '{"items":[{"id":9007199254740992},{"id":9007199254740993,"at":1.1}],"next_cursor":1909699624467843944}',
      '/list?cursor=1909699624467843944':
        '{"items":[{"id":3,"price":1234567890.12345678}],"next_cursor":null}',
    });
    const query: RestQuery = {
      path: '/list',
      items: 'items',
      pagination: { type: 'cursor', cursor: 'next_cursor' },
    };
    const pages = await readAll(rest, query, context());
    expect(pages.flatMap(({ records }) => records)).toEqual([
      { id: '9007199254740992' },
      { id: '9007199254740993', at: 1.1 },
      { id: 3, price: '1234567890.12345678' },
    ]);
    expect(asked).toHaveLength(2);
  });

  it('are text in NDJSON', async () => {
    const { rest, context } = await answering({ '/export': '{"id":9007199254740993}\n{"id":1}\n' });
    const pages = await readAll(rest, { path: '/export', format: 'ndjson' }, context());
    expect(pages.flatMap(({ records }) => records)).toEqual([{ id: '9007199254740993' }, { id: 1 }]);
  });
});

describe('what no workflow can hold', () => {
  const deep = `{"id":1,"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
  it.each<[string, Partial<RestQuery>, string, RegExp]>([
    [
      'a number beyond all',
      {},
      '{"id":1,"n":1e400}',
      /answered 200 with JSON that holds a number that is larger/,
    ],
    [
      'one in NDJSON',
      { format: 'ndjson' },
      '{"id":1}\n{"n":-1e999}',
      /^Line 2 of GET .* holds a number that is larger/,
    ],
    ['10,000 levels', {}, deep, /answered 200 with JSON that is nested more than 100 levels deep/],
    ['10,000 levels in NDJSON', { format: 'ndjson' }, deep, /^Line 1 of .* is nested more than 100 levels/],
  ])('is an error that says so: %s', async (_, more, body, message) => {
    const { rest, context } = await answering({ '/x': body });
    const error = await failure(rest, { path: '/x', ...more }, context());
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/1e400|stack/);
    expect(rest.classify(error).kind).toBe('fatal');
  });
});
