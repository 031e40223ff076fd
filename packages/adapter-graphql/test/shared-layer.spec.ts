import { credentialOf } from '@stateful-workflow/adapter-testkit';
import { InvalidInputError, type Secret } from '@stateful-workflow/core';
import { describe, expect, it } from 'vitest';
import { apiKey, basic, type AuthScheme, graphqlAdapter } from '../src/index';
import { bench, ids, ticketsOf } from './support';

const query = ticketsOf(5);

describe('what GraphQL has of the HTTP layer', () => {
  it('sends the bearer token, and the headers of the source', async () => {
    const { desk, records, context } = await bench();
    await records({ ...query, headers: { 'X-Tenant': 't1' } });
    const token = (await context.credential(desk.origin))?.secret.reveal();
    expect(desk.requests[0]?.headers).toMatchObject({
      authorization: `Bearer ${token}`,
      'x-tenant': 't1',
      'content-type': 'application/json',
      'user-agent': 'stateful-workflow-adapter-graphql',
    });
  });

  it.each<[string, AuthScheme, object]>([
    ['an API key', apiKey({ header: 'X-API-Key' }), { 'x-api-key': 'user:pass' }],
    ['a user and a password', basic(), { authorization: `Basic ${btoa('user:pass')}` }],
  ])('shows %s where the origin wants it', async (_, auth, headers) => {
    const { desk, context } = await bench();
    desk.behave({ body: { type: 'application/json', text: '{"data":{"a":{"id":1}}}' } });
    const adapter = graphqlAdapter({ origins: [{ origin: desk.origin, auth }] });
    const credential = async () => credentialOf('user:pass');
    for await (const page of adapter.load({ document: '{ a { id } }' }, { ...context, credential }))
      expect(page.records).toEqual([{ id: 1 }]);
    await adapter.close();
    expect(desk.requests[0]?.headers).toMatchObject(headers);
  });

  it('names to the load what a scheme got with the credential', async () => {
    const { desk, context } = await bench();
    const auth: AuthScheme = {
      name: 'derived',
      async authorize({ conceal }) {
        conceal('acc3ss');
        return { headers: { Authorization: `Bearer ${desk.issueToken()}` } };
      },
    };
    const adapter = graphqlAdapter({ origins: [{ origin: desk.origin, auth }] });
    const concealed: string[] = [];
    const conceal = (secret: Secret): void => void concealed.push(secret.reveal());
    for await (const page of adapter.load(query, { ...context, conceal }))
      expect(page.records).toHaveLength(2);
    await adapter.close();
    expect(concealed).toEqual(['acc3ss']);
  });

  it('shares the answer to equal queries of one credential that are under way', async () => {
    const { desk, records, load, context } = await bench();
    desk.behave({ latencyMs: 100 });
    const other = async () => credentialOf(desk.issueToken());
    const [one, two] = await Promise.all([
      records(query),
      records(query),
      load(query, { ...context, credential: other }),
    ]);
    expect(one).toEqual(ids('t_1_', 2));
    expect(two).toEqual(one);
    expect(desk.requests).toHaveLength(2);
    expect(context.seen.counts.get('http_requests_shared')).toBe(1);
  });

  it('keeps to a budget of requests', async () => {
    const { desk, context } = await bench();
    const budget = { requests: 1, perMs: 60_000 };
    const adapter = graphqlAdapter({ origins: [{ origin: desk.origin, budget }] });
    const load = async (): Promise<void> => {
      for await (const page of adapter.load(query, context)) expect(page.records).toHaveLength(2);
    };
    await load();
    const error = await load().catch((thrown: unknown) => thrown);
    expect(adapter.classify(error)).toMatchObject({ kind: 'throttled' });
    expect(desk.requests).toHaveLength(1);
    await adapter.close();
  });

  it('counts requests and bytes', async () => {
    const { records, context } = await bench();
    await records(query);
    expect(context.seen.counts.get('http_requests')).toBe(1);
    expect(context.seen.counts.get('http_response_bytes')).toBeGreaterThan(50);
  });
});

describe('options', () => {
  const origins = ['https://support.example.com'];

  it.each([
    [{ origins: [] }, /^origins: is empty/],
    [{ origins, codes: { X: 'odd' } }, /^codes\.X: /],
    [{ origins, schema: 7 }, /^schema: must be the path of a schema file/],
    [{ origins, schema: '/nowhere/schema.graphql' }, /^schema: cannot be read/],
    [{ origins, name: 'not ok' }, /^name: must start with a letter/],
    [{ origins, url: 'x' }, /url/],
  ])('refuses %j', (options, message) => {
    const make = (): unknown => graphqlAdapter(options as never);
    expect(make).toThrow(InvalidInputError);
    expect(make).toThrow(message);
  });
});

describe('check()', () => {
  it('asks the endpoint, or whether the origins can be reached', async () => {
    const { adapter, context, desk } = await bench();
    expect(await adapter.check(context)).toEqual({ ok: true, message: `${desk.url} answers queries.` });
    expect(await adapter.check({ ...context, apiUrl: undefined })).toMatchObject({ ok: true });
    desk.rotateTokens();
    expect(await adapter.check(context)).toMatchObject({ ok: false });
    await desk.stop();
    expect(await adapter.check(context)).toMatchObject({ ok: false });
    expect(await adapter.check({ ...context, apiUrl: undefined })).toMatchObject({ ok: false });
  });
});
