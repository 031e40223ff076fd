import { describe, expect, it } from 'vitest';
import { bench, ids, ticketsOf } from './support';

const query = ticketsOf(5);

describe('persisted queries', () => {
  it('send the document once, and its hash from then on', async () => {
    const { desk, records } = await bench();
    expect(await records({ ...query, persisted: 'post' })).toEqual(ids('t_1_', 2));
    expect(await records({ ...query, persisted: 'post' })).toEqual(ids('t_1_', 2));
    const sent = desk.requests.map(({ body }) => Object.keys(body as object).sort());
    expect(sent).toEqual([
      ['extensions', 'variables'],
      ['extensions', 'query', 'variables'],
      ['extensions', 'variables'],
    ]);
  });

  it('ask by GET, where caches can answer, and teach by POST', async () => {
    const { desk, records } = await bench();
    await records({ ...query, persisted: 'get' });
    expect(await records({ ...query, persisted: 'get' })).toEqual(ids('t_1_', 2));
    expect(desk.requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET']);
    expect(desk.requests[2]?.body).toMatchObject({ variables: '{"id":"c_1"}' });
    expect(desk.requests[2]?.body).not.toHaveProperty('query');
  });

  it('fall back for good where the API knows none', async () => {
    const { desk, records, context } = await bench();
    desk.behave({ withoutPersisted: true });
    expect(await records({ ...query, persisted: 'post' })).toEqual(ids('t_1_', 2));
    expect(await records({ ...query, persisted: 'post' })).toEqual(ids('t_1_', 2));
    const hashed = desk.requests.map(({ body }) => 'extensions' in (body as object));
    expect(hashed).toEqual([true, false, false]);
    expect(context.seen.counts.get('graphql_persisted_misses')).toBe(1);
  });

  it('fall back no further than once', async () => {
    const { desk, failure } = await bench();
    desk.behave({ errors: [{ message: 'PersistedQueryNotFound' }] });
    await failure({ ...query, persisted: 'post' });
    expect(desk.requests).toHaveLength(2);
  });

  it('do not take another error for a miss', async () => {
    const { desk, failure, adapter } = await bench();
    desk.behave({ errors: [{ message: 'No.', extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(adapter.classify(await failure({ ...query, persisted: 'post' })).kind).toBe('unauthorized');
    expect(desk.requests).toHaveLength(1);
  });
});

describe('batches', () => {
  const counts = { document: '{ tickets { totalCount } }' };
  const ticket = {
    document: 'query ($id: ID!) { ticket(id: $id) { id status } }',
    variables: { id: 't_1_1' },
  };

  it('put the documents of one load into one request', async () => {
    const { desk, records } = await bench();
    expect(await records({ ...ticket, also: [counts], batch: 5 })).toEqual([
      { id: 't_1_1', status: 'open', totalCount: 6 },
    ]);
    expect(desk.requests).toHaveLength(1);
    expect(desk.requests[0]?.body).toHaveLength(2);
  });

  it('send one after the other otherwise', async () => {
    const { desk, records } = await bench();
    expect(await records({ ...ticket, also: [counts] })).toEqual([
      { id: 't_1_1', status: 'open', totalCount: 6 },
    ]);
    expect(desk.requests).toHaveLength(2);
  });

  it('add up lists', async () => {
    const { records } = await bench({ ticketsPerCustomer: 2 });
    const others = { ...ticketsOf(5), variables: { id: 'c_2' } };
    expect(await records({ ...ticketsOf(5), also: [others] })).toEqual([
      ...ids('t_1_', 2),
      ...ids('t_2_', 2),
    ]);
  });

  it('fail as one when one of them does', async () => {
    const { desk, failure, adapter } = await bench();
    desk.behave({ errors: [{ message: 'No lists here.' }] });
    const error = await failure({ ...ticket, also: [counts], batch: 5 });
    expect(adapter.classify(error).kind).toBe('invalid');
    expect(error.message).toMatch(/Leave out batch|No lists here/);
  });
});
