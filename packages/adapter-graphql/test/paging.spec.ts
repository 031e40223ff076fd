import { describe, expect, it } from 'vitest';
import { bench, ids, ticketsOf } from './support';

describe('a Relay connection', () => {
  it('is read page by page, each heard of, and complete at its end', async () => {
    const { load, context } = await bench({ ticketsPerCustomer: 5 });
    const pages = await load(ticketsOf(2));
    expect(pages.map(({ records, complete }) => [records.length, complete])).toEqual([
      [2, false],
      [2, false],
      [1, true],
    ]);
    expect(pages.flatMap(({ records }) => records)).toEqual(ids('t_1_', 5));
    expect(context.seen.heartbeats, 'each says where the next page begins').toEqual([
      { at: { page: { after: expect.any(String) as string }, records: 2 } },
      { at: { page: { after: expect.any(String) as string }, records: 4 } },
    ]);
  });

  it('may have its nodes in edges', async () => {
    const { records } = await bench({ customers: 1, ticketsPerCustomer: 3 });
    const document = `query ($cursor: String) {
      all: tickets(first: 2, after: $cursor) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } }
    }`;
    expect(await records({ document })).toEqual(ids('t_1_', 3));
  });

  it('that gives the same cursor again is an error, and not an endless load', async () => {
    const { desk, failure, adapter } = await bench({ ticketsPerCustomer: 4 });
    desk.behave({ loop: true, after: 1 });
    const error = await failure(ticketsOf(2));
    expect(error.message).toMatch(/"customer\.tickets".*gives the cursor of this one again/);
    expect(adapter.classify(error).kind).toBe('invalid');
  });

  it('whose document has no variable for the next page is an error at the second', async () => {
    const { failure } = await bench({ ticketsPerCustomer: 4 });
    const error = await failure({
      document: '{ tickets(first: 2) { nodes { id } pageInfo { hasNextPage endCursor } } }',
    });
    expect(error.message).toMatch(/no variable says where the next one begins.*after: \$after/);
  });

  it('goes on where an attempt before broke off', async () => {
    const { load, context } = await bench({ ticketsPerCustomer: 5 });
    await load(ticketsOf(2));
    const [first] = context.seen.heartbeats;
    const pages = await load(ticketsOf(2), { resumeFrom: first });
    expect(pages.flatMap(({ records }) => records)).toEqual(ids('t_1_', 5).slice(2));
    expect(pages.map(({ complete }) => complete)).toEqual([false, true]);
  });
});

describe('other lists', () => {
  it('by a cursor in the answer', async () => {
    const { load } = await bench({ customers: 1, ticketsPerCustomer: 5 });
    const pages = await load({
      document:
        'query ($cursor: String) { ticketPage(size: 2, cursor: $cursor) { items { id } nextCursor } }',
      items: 'ticketPage.items',
      pagination: { type: 'cursor', variable: 'cursor', cursor: 'ticketPage.nextCursor' },
    });
    expect(pages.flatMap(({ records }) => records)).toEqual(ids('t_1_', 5));
    expect(pages.map(({ complete }) => complete)).toEqual([false, false, true]);
  });

  const byOffset =
    'query ($offset: Int) { ticketList(limit: 2, offset: $offset) { items { id } total hasMore } }';

  it.each([
    ['hasMore', { hasMore: 'ticketList.hasMore' }, 3],
    ['total', { total: 'ticketList.total' }, 3],
    ['an empty page', {}, 4],
  ])('by offset, which end by %s', async (_, end, requests) => {
    const { records, desk } = await bench({ customers: 1, ticketsPerCustomer: 5 });
    const query = { document: byOffset, items: 'ticketList.items' };
    expect(await records({ ...query, pagination: { type: 'offset', variable: 'offset', ...end } })).toEqual(
      ids('t_1_', 5),
    );
    expect(desk.requests).toHaveLength(requests);
  });

  it('whose pages are the same are an error', async () => {
    const { failure } = await bench({ customers: 1, ticketsPerCustomer: 5 });
    const error = await failure({
      document:
        'query ($offset: Int) { ticketList(limit: 2) { items { id } } t: ticketList(offset: $offset) { total } }',
      items: 'ticketList.items',
      pagination: { type: 'offset', variable: 'offset' },
    });
    expect(error.message).toMatch(/two pages of the list are the same.*\$offset/);
  });

  it('without paging are one request and complete', async () => {
    const { load } = await bench({ customers: 1, ticketsPerCustomer: 2 });
    expect(await load({ document: '{ ticketList { items { id } } }', items: 'ticketList.items' })).toEqual([
      { records: ids('t_1_', 2), complete: true },
    ]);
  });
});

describe('bounds', () => {
  it.each([
    ['maxPages', { maxPages: 2 }, /maxPages: the load goes on after 2 requests/],
    ['maxRecords', { maxRecords: 3 }, /maxRecords: the source has more than 3 records/],
  ])('%s is an error, never a cut', async (_, bound, message) => {
    const { failure, adapter } = await bench({ ticketsPerCustomer: 7 });
    const error = await failure({ ...ticketsOf(2), ...bound });
    expect(error.message).toMatch(message);
    expect(adapter.classify(error).kind).toBe('invalid');
  });
});

describe('one record', () => {
  it('is found at the one field of the query, with variables from the entity', async () => {
    const { records, context, load } = await bench({ ticketsPerCustomer: 1 });
    const document = 'query ($id: ID!) { ticket(id: $id) { id subject } }';
    expect(await records({ document, variables: { id: 't_1_1' } })).toEqual([
      { id: 't_1_1', subject: 'Export is slow' },
    ]);
    const entity = { name: 'Ticket', id: 't_2_1' };
    const [page] = await load({ document, variables: { id: '{id}' } }, { ...context, entity });
    expect(page?.records).toMatchObject([{ id: 't_2_1' }]);
  });

  it('that is null is gone, and not an empty list', async () => {
    const { failure, adapter } = await bench();
    const error = await failure({
      document: 'query ($id: ID!) { ticket(id: $id) { id } }',
      variables: { id: 'nothing' },
    });
    expect(adapter.classify(error)).toMatchObject({ kind: 'gone' });
    expect(error.message).toMatch(/answered null at "ticket"/);
  });
});
