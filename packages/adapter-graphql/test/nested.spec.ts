import { describe, expect, it } from 'vitest';
import type { GraphqlQuery } from '../src/index';
import { bench, ids, ticketsOf } from './support';

const comments = (size: number, more = '__typename'): string =>
  `id ${more} comments(first: ${size}) { nodes { id } pageInfo { hasNextPage endCursor } }`;

const expected = (tickets: number, count: number): readonly unknown[] =>
  ids('t_1_', tickets).map(({ id }) => ({ id, __typename: 'Ticket', comments: ids(`${id}_`, count) }));

describe('a connection in records', () => {
  it('is read to its end by follow-up queries, and becomes a list', async () => {
    const { records, desk } = await bench({ ticketsPerCustomer: 3, commentsPerTicket: 5 });
    expect(await records(ticketsOf(2, comments(2)))).toEqual(expected(3, 5));
    // Two pages of tickets, and two further pages of comments of each of the three.
    expect(desk.requests).toHaveLength(2 + 3 * 2);
  });

  it('shares requests among records where the API takes several documents', async () => {
    const { records, desk } = await bench({ ticketsPerCustomer: 4, commentsPerTicket: 5 });
    expect(await records({ ...ticketsOf(4, comments(2)), batch: 10 })).toEqual(expected(4, 5));
    expect(desk.requests).toHaveLength(1 + 2);
  });

  it('keeps its fragments and its variables', async () => {
    const { records } = await bench({ ticketsPerCustomer: 1, commentsPerTicket: 4 });
    const query: GraphqlQuery = {
      document: `query Mine($id: ID!, $size: Int!) {
        ticket(id: $id) { ...WithComments }
      }
      fragment WithComments on Ticket { id __typename talk: comments(first: $size) { ...Page } }
      fragment Page on CommentConnection { nodes { ...One } pageInfo { hasNextPage endCursor } }
      fragment One on Comment { id }`,
      variables: { id: 't_1_1', size: 3 },
      items: 'ticket.talk',
    };
    await expect(records(query)).rejects.toThrow(/no variable says where the next one begins/);
    const listed = {
      ...query,
      items: undefined,
      document: query.document.replace('ticket(id: $id)', 'node(id: $id)'),
    };
    // Not in a list: it is asked for again, and needs a variable of its own.
    await expect(records(listed)).rejects.toThrow(/Give it the argument after/);
    const many: GraphqlQuery = {
      ...query,
      document: query.document
        .replace('ticket(id: $id) {', 'customer(id: $id) { tickets { nodes {')
        .replace('...WithComments }', '...WithComments } pageInfo { hasNextPage endCursor } } }'),
      variables: { id: 'c_1', size: 3 },
      items: 'customer.tickets',
    };
    expect(await records(many)).toEqual([{ id: 't_1_1', __typename: 'Ticket', talk: ids('t_1_1_', 4) }]);
  });

  it('that is in the one record is read on with the document itself', async () => {
    const { records, desk } = await bench({ ticketsPerCustomer: 5 });
    expect(await records({ ...ticketsOf(2), items: 'customer' })).toEqual([{ tickets: ids('t_1_', 5) }]);
    expect(desk.requests).toHaveLength(3);
  });

  it('is a loud failure where its record cannot be asked for again', async () => {
    const { failure, adapter } = await bench({ ticketsPerCustomer: 2, commentsPerTicket: 3 });
    const error = await failure(ticketsOf(2, comments(2, '')));
    expect(error.message).toMatch(
      /"customer\.tickets\.comments" of one record has more than one page.*Select __typename and id/,
    );
    expect(adapter.classify(error).kind).toBe('invalid');
  });

  it('whose record goes away meanwhile makes the load a partial one', async () => {
    const { load, desk } = await bench({ ticketsPerCustomer: 2, commentsPerTicket: 3 });
    void desk
      .nextRequest()
      .then(() => desk.nextRequest())
      .then(() => desk.removeTicket('t_1_1'));
    const pages = await load({ ...ticketsOf(2, comments(2)), errorPolicy: 'all' });
    expect(pages.at(-1)).toMatchObject({
      complete: false,
      partialErrors: [
        { path: 'customer.tickets.comments', message: expect.stringContaining('was gone') as string },
      ],
    });
  });
});
