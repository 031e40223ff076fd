import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { scripted } from './scripted';
import { bench, ticketsOf } from './support';

const query = ticketsOf(5, 'id subject');

describe('errorPolicy', () => {
  it('none: an answer with data and errors fails the load', async () => {
    const { desk, failure, adapter } = await bench();
    desk.behave({ brokenTicket: 't_1_2' });
    const error = await failure(query);
    expect(adapter.classify(error).kind).toBe('transient');
    expect(error.message).toMatch(/The subject cannot be read \(INTERNAL_SERVER_ERROR\)/);
  });

  it('all: takes the data and tells of the errors; never complete', async () => {
    const { desk, load } = await bench();
    desk.behave({ brokenTicket: 't_1_2' });
    expect(await load({ ...query, errorPolicy: 'all' })).toEqual([
      {
        records: [
          { id: 't_1_1', subject: 'Export is slow' },
          { id: 't_1_2', subject: null },
        ],
        complete: false,
        partialErrors: [{ message: 'The subject cannot be read', path: 'customer.tickets.nodes.1.subject' }],
      },
    ]);
  });

  it('ignore: takes the data; never complete either', async () => {
    const { desk, load } = await bench();
    desk.behave({ brokenTicket: 't_1_2' });
    const pages = await load({ ...query, errorPolicy: 'ignore' });
    expect(pages).toMatchObject([{ complete: false }]);
    expect(pages[0]).not.toHaveProperty('partialErrors');
    expect(pages[0]?.records).toHaveLength(2);
  });

  it('all: a partial first page keeps the whole load from being complete or moving the cursor', async () => {
    const { desk, load } = await bench({ ticketsPerCustomer: 3 });
    desk.behave({ brokenTicket: 't_1_1', times: 1 });
    const pages = await load({
      document: `query ($after: String, $since: String) {
        tickets(first: 3, after: $after, updatedSince: $since) {
          nodes { id subject updatedAt } pageInfo { hasNextPage endCursor }
        }
      }`,
      errorPolicy: 'all',
      incremental: { variable: 'since', field: 'updatedAt' },
    });
    expect(pages).toHaveLength(3);
    expect(pages.map(({ complete, cursor }) => ({ complete, cursor }))).toEqual(
      Array.from({ length: 3 }, () => ({ complete: false, cursor: undefined })),
    );
  });

  it.each(['all', 'ignore'] as const)('%s: an answer without data fails', async (errorPolicy) => {
    const { desk, failure, adapter } = await bench();
    desk.behave({ errors: [{ message: 'Nothing today.' }] });
    expect(adapter.classify(await failure({ ...query, errorPolicy })).kind).toBe('invalid');
  });
});

describe('errors', () => {
  it.each([
    [200, 'SHOP_INACTIVE', 'gone'],
    [422, 'SHOP_INACTIVE', 'gone'],
    [200, 'THROTTLED', 'throttled'],
    [500, 'UNAUTHENTICATED', 'unauthorized'],
    [400, 'GRAPHQL_PARSE_FAILED', 'invalid'],
    [503, 'SOMETHING_OF_ITS_OWN', 'transient'],
    [422, 'SOMETHING_OF_ITS_OWN', 'invalid'],
  ])('in a %i body with the code %s are %s', async (status, code, kind) => {
    const { desk, failure, adapter } = await bench({}, { codes: { SHOP_INACTIVE: 'gone' } });
    desk.behave({ status, errors: [{ message: 'It said so.', extensions: { code } }] });
    const error = await failure(query);
    expect(adapter.classify(error)).toMatchObject({ kind });
    expect(error.message).toContain('It said so');
  });

  it('take the word of a rule of the user first', async () => {
    const faults = [
      { body: (body: unknown) => JSON.stringify(body).includes('maintenance'), kind: 'transient' as const },
    ];
    const { desk, failure, adapter } = await bench({}, { faults });
    desk.behave({ errors: [{ message: 'We are in maintenance.' }] });
    expect(adapter.classify(await failure(query)).kind).toBe('transient');
  });

  it('hold neither the token nor the variables, and of many a few', async () => {
    const { desk, failure, context } = await bench();
    const secret = (await context.credential(desk.origin))?.secret.reveal() ?? '';
    desk.behave({ errors: Array.from({ length: 5 }, () => ({ message: 'x'.repeat(1000) })) });
    const error = await failure({ ...query, variables: { id: 'of-nobody-else' } });
    const text = inspect(error, { depth: 10 });
    expect(text).not.toContain(secret);
    expect(text).not.toContain('of-nobody-else');
    // Whole: what is cut before the secrets are out may hold half of one.
    expect(error.message).toContain('x'.repeat(1000));
    expect(error.message).toContain('and 2 more');
  });

  it.each([
    [
      'a page of HTML',
      { body: { type: 'text/html', text: '<p>Hi</p>' } },
      /no GraphQL answer \(content-type text\/html\)/,
    ],
    ['broken JSON', { body: { type: 'application/json', text: '{"data":' } }, /no GraphQL answer/],
    ['JSON without data', { body: { type: 'application/json', text: '{}' } }, /no GraphQL answer/],
  ])('for %s are clear', async (_, behaviour, message) => {
    const { desk, failure, adapter } = await bench();
    desk.behave(behaviour);
    const error = await failure(query);
    expect(error.message).toMatch(message);
    expect(adapter.classify(error).kind).toBe('fatal');
  });

  it('for an answer that is too large end it', async () => {
    const { desk, failure, adapter } = await bench({}, { maxResponseBytes: 1_000 });
    desk.behave({ hugeBytes: 100_000 });
    const error = await failure(query);
    expect(error.message).toMatch(/more than 1000 bytes/);
    expect(adapter.classify(error).kind).toBe('fatal');
  });
});

describe('where it goes', () => {
  it('is apiUrl, or a path under it, or an absolute URL; of registered origins only', async () => {
    const { desk, load, failure, context } = await bench();
    await load({ ...query, path: '/graphql' }, { ...context, apiUrl: desk.origin });
    await load({ ...query, path: desk.url }, { ...context, apiUrl: undefined });
    const error = await failure({ ...query, path: 'https://elsewhere.example.com/graphql' });
    expect(error.message).toMatch(/https:\/\/elsewhere\.example\.com is not registered/);
  });

  it('says that apiUrl is missing', async () => {
    const { load, context } = await bench();
    await expect(load(query, { ...context, apiUrl: undefined })).rejects.toThrow(/apiUrl: is missing/);
  });
});

describe('a limit', () => {
  const reset = new Date(Date.now() + 90_000).toISOString();
  it.each<[string, object, Record<string, string>, number | undefined]>([
    [
      'GitHub',
      { type: 'RATE_LIMITED' },
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
      90_000,
    ],
    ['GitHub, without a code', { message: 'API rate limit already exceeded for user ID 1.' }, {}, undefined],
    [
      'GitHub, secondary',
      { message: 'You have exceeded a secondary rate limit.' },
      { 'retry-after': '60' },
      60_000,
    ],
    ['Shopify', { message: 'Throttled' }, {}, undefined],
    ['Hasura', { extensions: { code: 'rate-limit-exceeded' } }, {}, undefined],
    ['monday.com', { extensions: { code: 'COMPLEXITY_BUDGET_EXHAUSTED', retry_in_seconds: 16 } }, {}, 16_000],
    ['AppSync', { errorType: 'ThrottlingException' }, {}, undefined],
    [
      'Nest',
      { message: 'ThrottlerException: Too Many Requests', extensions: { code: 'INTERNAL_SERVER_ERROR' } },
      {},
      undefined,
    ],
    ['a status as code', { extensions: { code: 429, retryAfter: '30' } }, {}, 30_000],
    ['a field of the answer', { message: 'Rate limit exceeded', path: ['ticket'] }, {}, undefined],
  ])('is seen with status 200, and how long: %s', async (_, error, headers, wait) => {
    const { adapter, failure } = await scripted(() => ({ errors: [error] }), {}, headers);
    const fault = adapter.classify(await failure({ document: '{ ticket { id } }' }));
    expect(fault.kind).toBe('throttled');
    if (wait === undefined) expect(fault.retryAfterMs).toBeUndefined();
    else expect(Math.abs((fault.retryAfterMs ?? 0) - wait)).toBeLessThan(10_000);
  });

  it('is not what a refused document quotes', async () => {
    const message = 'Cannot query field "throttled" on type "Account".';
    const { adapter, failure } = await scripted(() => ({ errors: [{ message }] }));
    expect(adapter.classify(await failure({ document: '{ ticket { id } }' })).kind).toBe('invalid');
  });
});
