import { describe, expect, it } from 'vitest';
import { apiKey, restAdapter } from '../src/index';
import { adapter, api, failure, loadContext, readAll } from './support';

describe('a named upstream', () => {
  const record = () =>
    api((app) =>
      app.get('/api/customers/:id', ({ params, headers }) => ({
        ...(params as object),
        key: headers['x-key'],
      })),
    );

  it('has its address and its settings on the worker; apiUrl is another matter', async () => {
    const crm = await record();
    const rest = adapter({
      upstreams: { crm: { url: `${crm}/api`, auth: apiKey({ header: 'X-Key' }) } },
    });
    const query = { path: '/customers/{id}', upstream: 'crm' };
    const context = loadContext({ apiUrl: 'https://elsewhere.example.com', token: 't' });
    expect(await readAll(rest, query, context)).toMatchObject([{ records: [{ id: 'c_42', key: 't' }] }]);
    expect(context.seen.origins).toEqual([crm]);
    expect(await rest.check({ ...loadContext({ token: 't' }), apiUrl: undefined })).toMatchObject({
      ok: true,
    });
  });

  it('that is not there is an error which lists those that are', async () => {
    const rest = adapter({ upstreams: { crm: { url: 'https://crm.example.com' } } });
    const error = await failure(rest, { path: '/x', upstream: 'shop' }, loadContext());
    expect(error.message).toMatch(
      /^upstream: names "shop".*there are: crm\. Add it to the upstreams of restAdapter/,
    );
    expect(rest.classify(error).kind).toBe('invalid');
  });

  it.each<[object, RegExp]>([
    [{ url: 'crm.example.com' }, /^upstreams\.crm\.url: is not an absolute http or https URL/],
    [{ url: 'https://me:pw@crm.example.com' }, /^upstreams\.crm\.url: holds a user name/],
    [{ url: 'https://crm.example.com/?a=1' }, /^upstreams\.crm\.url: holds a query/],
    [{ url: 'https://crm.example.com', origin: 'https://x' }, /Unrecognized key/],
  ])('refuses %j', (crm, message) => {
    expect(() => restAdapter({ upstreams: { crm } as never })).toThrow(message);
  });

  it('refuses two on one origin that are to be reached in different ways', () => {
    const url = 'https://api.example.com';
    const same = { a: { url: `${url}/a` }, b: { url: `${url}/b` } };
    expect(() => restAdapter({ upstreams: same })).not.toThrow();
    const upstreams = { a: same.a, b: { ...same.b, auth: apiKey({ header: 'X-Key' }) } };
    expect(() => restAdapter({ upstreams })).toThrow(
      /^upstreams\.b\.auth: differs from that of upstreams\.a/,
    );
  });

  it('does not go with an absolute path', async () => {
    const rest = restAdapter({ origins: ['https://crm.example.com'] });
    const query = { path: 'https://crm.example.com/x', upstream: 'crm' };
    const { issues = [] } = await rest.querySchema['~standard'].validate(query);
    expect(issues.map(({ message, path }) => [path, message])).toEqual([
      [['upstream'], 'has its own address, and path is absolute. Leave one of them out'],
    ]);
  });
});
