import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, startDesk } from '../src/index';

let desk: Desk;
let token: string;

beforeEach(async () => {
  desk = await startDesk({ customers: 2, ticketsPerCustomer: 3, commentsPerTicket: 1 });
  token = desk.issueToken();
});
afterEach(() => desk.stop());

/** Asks the desk, as the holder of a token. */
async function ask(query: unknown, given = token): Promise<Response> {
  return fetch(desk.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${given}` },
    body: JSON.stringify(query),
  });
}

const page = '{ tickets(first: 4) { nodes { id } totalCount pageInfo { hasNextPage endCursor } } }';

describe('the support desk', () => {
  it('pages tickets, and goes on after the last one even if it is gone', async () => {
    const first = (await (await ask({ query: page })).json()) as {
      data: { tickets: { nodes: { id: string }[]; pageInfo: { endCursor: string } } };
    };
    expect(first.data.tickets).toMatchObject({ totalCount: 6, pageInfo: { hasNextPage: true } });
    const last = first.data.tickets.nodes.at(-1)?.id ?? '';
    desk.removeTicket(last);
    const after = first.data.tickets.pageInfo.endCursor;
    const next = await ask({
      query: `{ tickets(after: "${after}") { nodes { id } pageInfo { hasNextPage } } }`,
    });
    expect(await next.json()).toEqual({
      data: { tickets: { nodes: [{ id: 't_2_2' }, { id: 't_2_3' }], pageInfo: { hasNextPage: false } } },
    });
  });

  it('lets nobody in without a token that is valid', async () => {
    expect((await ask({ query: page }, 'nobody')).status).toBe(401);
    const rotated = desk.rotateTokens();
    expect((await ask({ query: page })).status).toBe(401);
    expect((await ask({ query: page }, rotated)).status).toBe(200);
  });

  it('answers several documents at once', async () => {
    const answer = await ask([
      { query: '{ ticket(id: "t_1_1") { id } }' },
      { query: '{ customer(id: "c_2") { id } }' },
    ]);
    expect(await answer.json()).toEqual([
      { data: { ticket: { id: 't_1_1' } } },
      { data: { customer: { id: 'c_2' } } },
    ]);
  });

  it('misbehaves from a request on, as often as it is told', async () => {
    desk.behave({ after: 1, times: 1, status: 503, retryAfter: 5 });
    const statuses = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await ask({ query: page })).status);
    expect(statuses).toEqual([200, 503, 200]);
  });

  it.each([
    ['before', { drop: 'before' }],
    ['within', { drop: 'within' }],
  ] as const)('drops a connection %s its answer', async (_, behaviour) => {
    desk.behave(behaviour);
    await expect(ask({ query: page }).then((answer) => answer.text())).rejects.toThrow();
  });

  it('lets requests be awaited, and forgets them', async () => {
    const next = desk.nextRequest();
    await ask({ query: page });
    expect(await next).toMatchObject({ method: 'POST', body: { query: page } });
    expect(desk.requests).toHaveLength(1);
    desk.clear();
    expect(desk.requests).toEqual([]);
    expect(desk.ticket('t_1_1')).toBeUndefined();
  });

  it('says that its port is taken, and stops twice', async () => {
    await expect(startDesk({ port: Number(new URL(desk.url).port) })).rejects.toThrow(/cannot listen/);
    await desk.stop();
    await desk.stop();
  });
});
