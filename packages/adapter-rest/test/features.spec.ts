import { gzipSync } from 'node:zlib';
import { recordSchemas } from '@stateful-workflow/core';
import { defineSchema, many } from '@stateful-workflow/core/workflow';
import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import type { RestQuery } from '../src/index';
import { adapter, answering, api, failure, loadContext, readAll } from './support';

describe('a search', () => {
  it('is a POST with templates in its body filled', async () => {
    const seen: unknown[] = [];
    const origin = await api((app) =>
      app.post('/search', ({ body, headers }) => {
        seen.push([body, headers['content-type']]);
        return { hits: [{ id: 1 }] };
      }),
    );
    const query: RestQuery = {
      path: '/search',
      method: 'POST',
      body: { where: [{ owner: '{id}', tenant: '{tenant}' }], size: 10, open: true, none: null },
      values: { tenant: 'a "quoted" b' },
      items: 'hits',
    };
    const pages = await readAll(adapter({ origins: [origin] }), query, loadContext({ apiUrl: origin }));
    expect(pages).toMatchObject([{ records: [{ id: 1 }], complete: true }]);
    expect(seen).toEqual([
      [
        { where: [{ owner: 'c_42', tenant: 'a "quoted" b' }], size: 10, open: true, none: null },
        'application/json',
      ],
    ]);
  });

  it('has values in its path and parameters, encoded for where they stand', async () => {
    const origin = await api((app) => app.get('/*', ({ raw }) => ({ url: raw.url })));
    const query: RestQuery = {
      path: '/{tenant}/{id}',
      params: { q: '{tenant}' },
      values: { tenant: 'a/b&c' },
    };
    const [page] = await readAll(adapter({ origins: [origin] }), query, loadContext({ apiUrl: origin }));
    expect(page?.records).toEqual([{ url: '/a%2Fb%26c/c_42?q=a%2Fb%26c' }]);
  });
});

describe('a selector', () => {
  it('takes the records out of a body', async () => {
    const origin = await api((app) => app.get('/x', () => ({ byId: { a: { n: 1 }, b: { n: 2 } } })));
    const selectors = {
      flatten: (body: unknown) =>
        Object.entries((body as { byId: Record<string, object> }).byId).map(([id, row]) => ({ id, ...row })),
      broken: () => ({}) as never,
    };
    const rest = adapter({ origins: [origin], selectors });
    const context = loadContext({ apiUrl: origin });
    expect(await readAll(rest, { path: '/x', selector: 'flatten' }, context)).toMatchObject([
      {
        records: [
          { id: 'a', n: 1 },
          { id: 'b', n: 2 },
        ],
      },
    ]);
    expect((await failure(rest, { path: '/x', selector: 'broken' }, context)).message).toMatch(
      /^selector: "broken" gave an object/,
    );
    expect((await failure(rest, { path: '/x', selector: 'toString' }, context)).message).toMatch(
      /^selector: names "toString", .* there are: flatten, broken/,
    );
  });
});

describe('a schema', () => {
  const schemas = { Contact: z.object({ id: z.number(), at: z.coerce.date().optional() }) };
  const rows = [{ id: 1, at: '2026-01-01' }, { id: 'b0dy' }, { id: 3 }];
  const contacts = () => api((app) => app.get('/x', () => rows));

  it('fails the load at a record that does not fit, and repeats nothing of it', async () => {
    const origin = await contacts();
    const rest = adapter({ origins: [origin], schemas });
    const error = await failure(rest, { path: '/x', schema: 'Contact' }, loadContext({ apiUrl: origin }));
    expect(error.message).toMatch(
      /^schema: id of record 1 of GET http.* does not fit the schema "Contact": Invalid input: expected number, received string\. /,
    );
    expect(error.message).not.toContain('b0dy');
    expect(rest.classify(error).kind).toBe('invalid');
  });

  it.each(['is "b0dy"', 'has B0DY in it', 'does not go with hunter2', 'x'.repeat(300)])(
    'gives no reason that repeats something of the record, or that is long: %s',
    async (message) => {
      const origin = await api((app) => app.get('/x', () => [{ id: 'b0dy', password: 'hunter2' }]));
      const issues = [{ message, path: ['id'] }];
      const Contact = { '~standard': { version: 1 as const, vendor: 'x', validate: () => ({ issues }) } };
      const rest = adapter({ origins: [origin], schemas: { Contact } });
      const error = await failure(rest, { path: '/x', schema: 'Contact' }, loadContext({ apiUrl: origin }));
      expect(error.message).toMatch(
        /^schema: id of record 0 of GET http.* does not fit the schema "Contact"\. Correct/,
      );
    },
  );

  it('has such records skipped, counted and shown; then nothing is proven gone', async () => {
    const origin = await contacts();
    const context = loadContext({ apiUrl: origin });
    const pages = await readAll(
      adapter({ origins: [origin], schemas }),
      { path: '/x', schema: 'Contact', invalid: 'skip' },
      context,
    );
    expect(pages).toEqual([
      {
        records: [{ id: 1, at: new Date('2026-01-01') }, { id: 3 }],
        partialErrors: [{ message: expect.stringContaining('Skipped') as string, path: 'id of record 1' }],
        validators: undefined,
        complete: false,
      },
    ]);
    expect(context.seen.counts.get('records_skipped')).toBe(1);
    expect(context.seen.warnings).toEqual(['Records that do not fit their schema were skipped']);
  });

  it('that an incremental source skips by does not hold its place', async () => {
    const origin = await contacts();
    const query: RestQuery = {
      path: '/x',
      schema: 'Contact',
      invalid: 'skip',
      incremental: { field: 'id', param: 'since' },
    };
    const [page] = await readAll(
      adapter({ origins: [origin], schemas }),
      query,
      loadContext({ apiUrl: origin }),
    );
    expect(page).toMatchObject({ complete: false, cursor: { since: { value: 3 } } });
    expect(page).not.toHaveProperty('partialErrors');
  });

  it("can be that of a workflow's entity, with what is nested in its relations", async () => {
    const rows = [
      { id: 1, notes: [{ id: 'n_1', at: '2026-01-01' }, 'n_2'] },
      { id: 2, notes: [{ id: 3 }] },
    ];
    const origin = await api((app) => app.get('/x', () => rows));
    const workflow = defineSchema({
      Contact: { fields: z.object({ id: z.number() }), relations: { notes: many('Note') } },
      Note: { fields: z.object({ id: z.string(), at: z.coerce.date() }) },
    });
    const [page] = await readAll(
      adapter({ origins: [origin], schemas: recordSchemas(workflow) }),
      { path: '/x', schema: 'Contact', invalid: 'skip' },
      loadContext({ apiUrl: origin }),
    );
    expect(page?.records).toEqual([{ id: 1, notes: [{ id: 'n_1', at: new Date('2026-01-01') }, 'n_2'] }]);
    expect(page?.partialErrors).toMatchObject([{ path: 'notes.0.id of record 1' }]);
  });

  it('has to be one that the adapter has', async () => {
    const origin = await contacts();
    const rest = adapter({ origins: [origin], schemas });
    const error = await failure(rest, { path: '/x', schema: 'Kontakt' }, loadContext({ apiUrl: origin }));
    expect(error.message).toMatch(/^schema: names "Kontakt".*there are: Contact/);
  });
});

describe('NDJSON', () => {
  const respond = (body: string | Buffer, headers = '', length = Buffer.byteLength(body)): Buffer =>
    Buffer.concat([
      Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n${headers}\r\n`),
      Buffer.from(body),
    ]);
  const lines: RestQuery = { path: '/export', format: 'ndjson' };
  const load = async (bytes: Buffer, options = {}) => {
    const origin = await answering(bytes);
    const rest = adapter({ origins: [origin], ...options });
    return { rest, context: loadContext({ apiUrl: origin }) };
  };

  it.each([
    ['lines', respond('{"id":1}\n{"id":2}\n')],
    ['no end of line at the end, and empty lines', respond('{"id":1}\r\n\r\n\n{"id":2}')],
    ['a byte order mark', respond('\ufeff{"id":1}\n{"id":2}\n')],
    ['gzip', respond(gzipSync('{"id":1}\n{"id":2}\n'), 'Content-Encoding: gzip\r\n')],
  ])('is read with %s', async (_, bytes) => {
    const { rest, context } = await load(bytes);
    const pages = await readAll(rest, lines, context);
    expect(pages.flatMap(({ records }) => records)).toEqual([{ id: 1 }, { id: 2 }]);
    expect(pages.at(-1)).toEqual({ records: [], complete: true });
  });

  it('is read in pages, as it comes', async () => {
    const { rest, context } = await load(
      respond(
        Array.from({ length: 2_500 }, (_, id) => JSON.stringify({ id, text: 'ü'.repeat(50) })).join('\n'),
      ),
    );
    const pages = await readAll(rest, lines, context);
    expect(pages.map(({ records, complete }) => [records.length, complete])).toEqual([
      [1_000, false],
      [1_000, false],
      [500, false],
      [0, true],
    ]);
    expect(
      new Set(pages.flatMap(({ records }) => records.map((row) => (row as { id: number }).id))).size,
    ).toBe(2_500);
  });

  it.each([
    ['breaks off', respond('{"id":1}\n{"id"', '', 100), 'transient', /broke off/],
    ['has a line that is not JSON', respond('{"id":1}\nb0dy\n'), 'fatal', /^Line 2 of GET .* is not JSON/],
    [
      'has a line that is too long',
      respond(`{"id":"${'x'.repeat(5_000)}"}`),
      'fatal',
      /^Line 1 of GET .* is longer than 1000 bytes/,
    ],
    [
      'is not UTF-8',
      respond(Buffer.from('{"id":"\xff"}\n', 'latin1')),
      'fatal',
      /^Line 1 of GET .* is not UTF-8/,
    ],
  ])('that %s is an error, whatever was read before', async (_, bytes, kind, message) => {
    const { rest, context } = await load(bytes, { maxResponseBytes: 1_000 });
    const error = await failure(rest, lines, context);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('b0dy');
    expect(rest.classify(error).kind).toBe(kind);
  });

  it('is bounded in all', async () => {
    const { rest, context } = await load(respond('{"id":1}\n'.repeat(500)), { maxStreamBytes: 1_000 });
    const error = await failure(rest, lines, context);
    expect(error.message).toMatch(/more than 1000 bytes.*raise maxStreamBytes of restAdapter/);
  });
});

describe('what the adapter is told', () => {
  it('of faults goes before the table, and classify has the last word', async () => {
    const origin = await api((app) => app.get('/x', (_, reply) => reply.code(409).send({ code: 'BUSY' })));
    const context = loadContext({ apiUrl: origin });
    const rule = {
      body: (body: unknown) => (body as { code: string }).code === 'BUSY',
      kind: 'transient',
    } as const;
    const ruled = adapter({ origins: [origin], faults: [rule] });
    expect(ruled.classify(await failure(ruled, { path: '/x' }, context)).kind).toBe('transient');
    const last = adapter({ origins: [origin], classify: (_, fault) => ({ ...fault, kind: 'gone' }) });
    expect(last.classify(await failure(last, { path: '/x' }, context)).kind).toBe('gone');
  });
});
