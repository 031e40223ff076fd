import { describe, expect, it } from 'vitest';
import type { GraphqlCursor, GraphqlQuery } from '../src/index';
import { scripted } from './scripted';

const records = (count: number, from = 0): readonly { readonly id: number }[] =>
  Array.from({ length: count }, (_, i) => ({ id: from + i + 1 }));

/** Five tickets, two a page. */
const connection = (after: unknown): unknown => {
  const from = Number(((after ?? 'c0') as string).slice(1));
  return {
    nodes: records(Math.min(2, 5 - from), from),
    pageInfo: { hasNextPage: from + 2 < 5, endCursor: `c${from + 2}` },
  };
};
const INFO = 'pageInfo { hasNextPage endCursor }';

describe('a connection is read to its end', () => {
  it.each([
    ['tickets', `tickets(first: 2, after: $after) { nodes { id } ${INFO} }`],
    ['tickets.nodes', `tickets(first: 2, after: $after) { nodes { id } ${INFO} }`],
    ['all.nodes', `all: tickets(first: 2, after: $after) { nodes { id } ${INFO} }`],
    ['tickets.list', `tickets(first: 2, after: $after) { list: nodes { id } ${INFO} }`],
    ['tickets.edges', `tickets(first: 2, after: $after) { edges { node { id } } ${INFO} }`],
    ['tickets.e.n', `tickets(first: 2, after: $after) { e: edges { n: node { id } } ${INFO} }`],
    [
      'tickets',
      'tickets(first: 2, after: $after) { nodes { id } p: pageInfo { more: hasNextPage to: endCursor } }',
    ],
  ])('with items "%s": %s', async (items, field) => {
    const { load, issues } = await scripted(({ query, variables }) => {
      const { nodes, pageInfo } = connection(variables['after']) as {
        nodes: unknown[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
      const edges = nodes.map((node) => ({ node }));
      const aliased = {
        list: nodes,
        e: nodes.map((n) => ({ n })),
        p: { more: pageInfo.hasNextPage, to: pageInfo.endCursor },
      };
      const page = { nodes, edges, pageInfo, ...aliased };
      return { customer: { [query.includes('all:') ? 'all' : 'tickets']: page } };
    });
    const query = {
      document: `query ($after: String) { customer { ${field} } }`,
      items: `customer.${items}`,
    };
    expect(await issues(query)).toEqual([]);
    const pages = await load(query);
    expect(pages.flatMap((page) => page.records)).toEqual(records(5));
    expect(pages.at(-1)?.complete).toBe(true);
  });

  it.each([
    [
      'items that leads into its records',
      `tickets(first: 2) { nodes { id tags { id } } ${INFO} }`,
      'tickets.nodes.tags',
    ],
    ['a page without pageInfo', 'tickets(first: 2) { nodes { id } }', 'tickets'],
    ['a page whose size is the server’s, without pageInfo', 'tickets { nodes { id } }', 'tickets'],
    ['edges without pageInfo', 'tickets { e: edges { node { id } } }', 'tickets'],
    ['a page from its end, of which none is next', `tickets(last: 2) { nodes { id } ${INFO} }`, 'tickets'],
    ['a page from its end or its start', `tickets(first: 1, last: 2) { nodes { id } ${INFO} }`, 'tickets'],
  ])('and refused with %s', async (_, field, items) => {
    const { issues } = await scripted(() => ({}));
    expect(await issues({ document: `{ ${field} }`, items })).toEqual([
      expect.stringMatching(
        /^items: leads into the records|^document: asks for a page of tickets|^document: pages backwards/,
      ),
    ]);
  });

  it.each([null, 'true', undefined, 1])('and is an error where hasNextPage is %j', async (hasNextPage) => {
    const { failure, adapter } = await scripted(() => ({
      tickets: { nodes: records(1), pageInfo: { hasNextPage, endCursor: 'c1' } },
    }));
    const document = `query ($after: String) { tickets(first: 1, after: $after) { nodes { id } ${INFO} } }`;
    const error = await failure({ document });
    expect(error.message).toMatch(/at "tickets\.pageInfo\.hasNextPage" where true or false is expected/);
    expect(adapter.classify(error).kind).toBe('invalid');
  });

  it('and is an error where pageInfo is null, also in the records of a list', async () => {
    const { failure } = await scripted(() => ({
      tickets: [{ __typename: 'T', id: 1, comments: { nodes: [], pageInfo: null } }],
    }));
    const document = `{ tickets { __typename id comments(first: 1) { nodes { id } ${INFO} } } }`;
    expect((await failure({ document })).message).toMatch(
      /has nothing at "tickets\.comments\.pageInfo\.hasNextPage"/,
    );
  });

  it('past pages that are empty, whose cursors move on', async () => {
    const pages: Record<string, unknown> = {
      '': { nodes: ['a'], pageInfo: { hasNextPage: true, endCursor: 'b' } },
      b: { nodes: [], pageInfo: { hasNextPage: true, endCursor: 'c' } },
      c: { nodes: [], pageInfo: { hasNextPage: true, endCursor: 'd' } },
      d: { nodes: ['b'], pageInfo: { hasNextPage: false, endCursor: null } },
    };
    const { load } = await scripted(({ variables }) => {
      const { nodes, pageInfo } = pages[(variables['after'] ?? '') as string] as {
        nodes: string[];
        pageInfo: unknown;
      };
      return { tickets: { nodes: nodes.map((id) => ({ id })), pageInfo } };
    });
    const document = `query ($after: String) { tickets(first: 1, after: $after) { nodes { id } ${INFO} } }`;
    expect((await load({ document })).flatMap((page) => page.records)).toEqual([{ id: 'a' }, { id: 'b' }]);
  });

  it('but not in a circle', async () => {
    const { failure, asked } = await scripted(({ variables }) => ({
      tickets: {
        nodes: [{ id: Math.random() }],
        pageInfo: { hasNextPage: true, endCursor: variables['after'] === 'a' ? 'b' : 'a' },
      },
    }));
    const document = `query ($after: String) { tickets(first: 1, after: $after) { nodes { id } ${INFO} } }`;
    expect((await failure({ document })).message).toMatch(/goes on at a page that was read before/);
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  it('whose cursors count records proves nothing gone by one sweep', async () => {
    const cursor = (n: number): string => Buffer.from(`arrayconnection:${n}`).toString('base64');
    const { load } = await scripted(({ variables }) => {
      const isFirst = variables['after'] === undefined;
      return {
        tickets: {
          nodes: isFirst ? records(2) : records(2, 2),
          pageInfo: { hasNextPage: isFirst, endCursor: cursor(isFirst ? 1 : 3) },
        },
      };
    });
    const document = `query ($after: String) { tickets(first: 2, after: $after) { nodes { id } ${INFO} } }`;
    expect((await load({ document })).at(-1)).toMatchObject({ complete: true, drifts: true });
  });
});

describe('another list is read to its end', () => {
  const offset = (end: object): GraphqlQuery => ({
    document: 'query ($skip: Int) { list(skip: $skip) { items { id } total more pending last } }',
    items: 'list.items',
    pagination: { type: 'offset', variable: 'skip', ...end },
  });

  it.each([
    ['a total that is too small', { total: 'list.total' }, { total: () => 5 }],
    ['a total that is that of the page', { total: 'list.total' }, { total: () => 3 }],
    ['what remains', { remaining: 'list.pending' }, { pending: (from: number) => 9 - from - 3 }],
    ['the mark of the last page', { isLast: 'list.last' }, { last: (from: number) => from === 6 }],
  ])('by offset: %s', async (_, end, signs) => {
    const { load } = await scripted(({ variables }) => {
      const from = Number(variables['skip'] ?? 0);
      const said = Object.entries(signs).map(([name, value]) => [
        name,
        (value as (n: number) => unknown)(from),
      ]);
      return { list: { items: records(9).slice(from, from + 3), ...Object.fromEntries(said) } };
    });
    const pages = await load(offset(end));
    expect(pages.flatMap((page) => page.records)).toEqual(records(9));
    expect(pages.at(-1)).toMatchObject({ complete: true, drifts: true });
  });

  it('by offset, and an empty page that promises more is an error', async () => {
    const { failure } = await scripted(() => ({ list: { items: [], more: true } }));
    expect((await failure(offset({ hasMore: 'list.more' }))).message).toMatch(
      /no records after 0, and more are/,
    );
  });

  const cursor: GraphqlQuery = {
    document: 'query ($at: JSON) { page(at: $at) { items { id } next more } }',
    items: 'page.items',
    pagination: { type: 'cursor', variable: 'at', cursor: 'page.next' },
  };

  it('by a cursor of any shape', async () => {
    const { load, asked } = await scripted(({ variables }) =>
      variables['at'] === undefined
        ? { page: { items: records(1), next: { key: 'b' } } }
        : { page: { items: records(1, 1), next: null } },
    );
    expect((await load(cursor)).flatMap((page) => page.records)).toEqual(records(2));
    expect(asked[1]?.variables).toEqual({ at: { key: 'b' } });
  });

  it.each([
    ['true', { next: true }, {}, /has a boolean at "page\.next"/],
    [
      'null, though more is promised',
      { next: null, more: true },
      { hasMore: 'page.more' },
      /promises more and has null/,
    ],
  ])('and %s names no page', async (_, given, end, message) => {
    const { failure } = await scripted(() => ({ page: { items: records(1), ...given } }));
    const pagination = { ...cursor.pagination, ...end } as NonNullable<GraphqlQuery['pagination']>;
    expect((await failure({ ...cursor, pagination })).message).toMatch(message);
  });

  it.each<[string, object, (at: number) => unknown]>([
    ['0', { endCursor: 0 }, (at) => (at < 4 ? `${at}` : 0)],
    ['a word', { endCursor: ['END', '-1'] }, (at) => (at < 4 ? `k${at}` : 'END')],
    ['an empty page, though its cursor moves on', { endsEmpty: true }, (at) => `k${at}-${Math.random()}`],
  ])('by a cursor that ends with %s', async (_, end, next) => {
    const { load } = await scripted(({ variables: { at } }) => {
      const from = Number(/\d+/.exec((at ?? '0') as string)?.[0]);
      const items = records(Math.max(0, Math.min(2, 4 - from)), from);
      return { page: { items, next: next(from + items.length) } };
    });
    const pages = await load({ ...cursor, pagination: { ...cursor.pagination, ...end } } as GraphqlQuery);
    expect(pages.flatMap((page) => page.records)).toEqual(records(4));
    expect(pages.at(-1)?.complete).toBe(true);
  });

  it('and a cursor that the document does not ask for is refused', async () => {
    const { issues } = await scripted(() => ({}));
    expect(await issues({ ...cursor, pagination: { ...cursor.pagination, cursor: 'page.nxt' } })).toEqual([
      'pagination.cursor: names "page.nxt", which the document does not ask for',
    ]);
  });
});

describe('an end that something in the answer speaks against', () => {
  it.each<[string, Partial<GraphqlQuery>, unknown, string]>([
    ['a total', { document: '{ list { items { id } total } }' }, { total: 5 }, 'list.total'],
    [
      'a total by another name',
      { document: '{ list { items { id } n: totalCount } }' },
      { n: 5 },
      'list.totalCount',
    ],
    ['hasMore', { document: '{ list { items { id } hasMore } }' }, { hasMore: true }, 'list.hasMore'],
    [
      'a token (AppSync)',
      { document: '{ list { items { id } nextToken } }' },
      { nextToken: 'abc' },
      'list.nextToken',
    ],
    [
      'a total, in what is also asked for',
      {
        document: '{ one { id } }',
        items: 'one',
        also: [{ document: '{ list { items { id } total } }', items: 'list.items' }],
      },
      { total: 5 },
      'list.total',
    ],
    [
      'a total beyond the empty page',
      {
        document: 'query ($offset: Int) { list(offset: $offset) { items { id } total } }',
        pagination: { type: 'offset', variable: 'offset' },
      },
      { total: 5 },
      'list.total',
    ],
  ])('is an error: %s', async (_, query, beside, sign) => {
    const { failure, load, adapter } = await scripted(({ variables }) => ({
      list: { items: variables['offset'] === undefined ? records(2) : [], ...(beside as object) },
      one: [{ id: 9 }],
    }));
    const whole = { items: 'list.items', ...query } as GraphqlQuery;
    const error = await failure(whole);
    expect(error.message).toMatch(/^pagination: .*ignoreSigns/);
    expect(error.message).toContain(`"${sign}"`);
    expect(adapter.classify(error).kind).toBe('invalid');
    expect((await load({ ...whole, ignoreSigns: [sign] })).at(-1)?.complete).toBe(true);
  });

  it.each([
    ['success', false],
    ['errors', [{ message: 'one shard' }]],
  ])('is an error where the list is said to be none, or not all: %s', async (name, said) => {
    const { failure, load } = await scripted(() => ({ list: { items: [], [name]: said } }));
    const query = { document: `{ list { items { id } ${name} } }`, items: 'list.items' };
    expect((await failure(query)).message).toContain(`says at "list.${name}" that it is an error`);
    expect((await load({ ...query, ignoreSigns: [`list.${name}`] })).at(-1)?.complete).toBe(true);
  });

  it.each([{ hasMore: true }, { total: 45 }])('is an error on a later page, too: %j', async (said) => {
    const { failure } = await scripted(({ variables: { at } }) => ({
      list: {
        items: at === undefined ? records(2) : records(1, 2),
        next: at === undefined ? 'k' : null,
        ...said,
      },
    }));
    const [name = ''] = Object.keys(said);
    const query: GraphqlQuery = {
      document: `query ($at: String) { list(at: $at) { items { id } next ${name} } }`,
      items: 'list.items',
      pagination: { type: 'cursor', variable: 'at', cursor: 'list.next' },
    };
    expect((await failure(query)).message).toContain(`"list.${name}"`);
  });

  it('is none where the list is all there', async () => {
    const { load } = await scripted(() => ({ list: { items: records(2), total: 2, nextToken: null } }));
    const document = '{ list { items { id } total nextToken } }';
    expect((await load({ document, items: 'list.items' })).at(-1)?.complete).toBe(true);
  });

  it('is one of a sweep that another confirms where cursors are page numbers', async () => {
    const { load } = await scripted(({ variables: { page = 1 } }) => ({
      list: { items: records(3, Number(page) * 3 - 3), next: page === 3 ? null : Number(page) + 1 },
    }));
    const document = 'query ($page: Int) { list(page: $page) { items { id } next } }';
    const pagination = { type: 'cursor', variable: 'page', cursor: 'list.next' } as const;
    const pages = await load({ document, items: 'list.items', pagination });
    expect(pages.at(-1)).toMatchObject({ complete: true, drifts: true });
  });
});

describe('a list whose total differs from page to page', () => {
  it.each<[string, GraphqlQuery]>([
    [
      'a connection',
      {
        document: `query ($at: String) { list(first: 2, after: $at) { nodes { id } n: totalCount ${INFO} } }`,
      },
    ],
    [
      'a list with a cursor',
      {
        document: 'query ($at: String) { list(at: $at) { items { id } next total } }',
        items: 'list.items',
        pagination: { type: 'cursor', variable: 'at', cursor: 'list.next' },
      },
    ],
    [
      'a list with a cursor and a total that is named',
      {
        document: 'query ($at: String) { list(at: $at) { items { id } next anzahl } }',
        items: 'list.items',
        pagination: { type: 'cursor', variable: 'at', cursor: 'list.next', total: 'list.anzahl' },
      },
    ],
  ])('may have moved: %s', async (_, query) => {
    for (const [first, drifts] of [
      [4, true],
      [3, false],
    ] as const) {
      const { load } = await scripted(({ variables: { at } }) => {
        const isFirst = (at ?? null) === null;
        const total = isFirst ? first : 3;
        const next = isFirst ? 'k' : null;
        return {
          list: {
            items: isFirst ? records(2) : records(1, 2),
            nodes: isFirst ? records(2) : records(1, 2),
            pageInfo: { hasNextPage: isFirst, endCursor: next },
            next,
            n: total,
            total,
            anzahl: total,
          },
        };
      });
      const last = (await load(query)).at(-1);
      expect(last?.complete).toBe(true);
      expect(last?.drifts ?? false).toBe(drifts);
    }
  });
});

describe('what changed only, by offset', () => {
  const document = 'query ($since: Int, $offset: Int) { list(since: $since, offset: $offset) { id at } }';
  const query: GraphqlQuery = {
    document,
    pagination: { type: 'offset', variable: 'offset' },
    incremental: { variable: 'since', field: 'at' },
  };
  /** A list in order of time, in tens, whose third record changes after the first page. */
  const moving = () => {
    const all = records(25).map(({ id }) => ({ id, at: id }));
    let asked = 0;
    return scripted(({ variables: { since = 0, offset = 0 } }) => {
      const held = all.filter(({ at }) => at >= Number(since ?? 0)).sort((a, b) => a.at - b.at);
      const list = held.slice(Number(offset), Number(offset) + 10);
      if ((asked += 1) === 1) all[2] = { id: 3, at: 30 };
      return { list };
    });
  };
  const idsOf = (pages: readonly { readonly records: readonly unknown[] }[]) =>
    pages.flatMap((page) => page.records.map((record) => (record as { id: number }).id));

  it('reads again what slipped to a page that had been read', async () => {
    const { load } = await moving();
    const first = await load(query);
    expect(idsOf(first)).not.toContain(11);
    const cursor = first.at(-1)?.cursor as GraphqlCursor;
    const second = await load(query, { checkpoint: { cursor } });
    expect(idsOf(second)).toContain(11);
    expect((second.at(-1)?.cursor as GraphqlCursor).since).toBe(30);
  });

  it('finds what slipped since another was removed, and is done with it then', async () => {
    const all = records(25).map(({ id }) => ({ id, at: id }));
    let asked = 0;
    const { load } = await scripted(({ variables: { since = 0, offset = 0 } }) => {
      const held = all.filter(({ at }) => at >= Number(since ?? 0));
      if ((asked += 1) === 1) all.splice(2, 1);
      return { list: held.slice(Number(offset), Number(offset) + 10) };
    });
    const first = await load(query);
    expect(idsOf(first)).not.toContain(11);
    const second = await load(query, { checkpoint: { cursor: first.at(-1)?.cursor as GraphqlCursor } });
    expect(idsOf(second)).toEqual([11]);
    const cursor = second.at(-1)?.cursor as GraphqlCursor;
    expect(cursor).toMatchObject({ since: 25 });
    expect(cursor).not.toHaveProperty('readTo');
    expect(idsOf(await load(query, { checkpoint: { cursor } }))).toEqual([]);
  });

  it('does so in a new attempt, too', async () => {
    const { load } = await moving();
    const heartbeats: GraphqlCursor[] = [];
    const heartbeat = (progress: GraphqlCursor) => void heartbeats.push(progress);
    await load(query, { heartbeat });
    const resumeFrom = JSON.parse(JSON.stringify(heartbeats[1])) as GraphqlCursor;
    const pages = await load(query, { resumeFrom });
    expect(idsOf(pages)).toContain(3);
    expect((pages.at(-1)?.cursor as GraphqlCursor).since, 'the border that 11 slipped over').toBe(10);
  });
});

describe('an item that is null', () => {
  const document = '{ tickets { id } }';

  it('is a partial error under "all", and an error under "none"', async () => {
    const { load, failure } = await scripted(() => ({ tickets: [{ id: 1 }, null, { id: 3 }] }));
    expect(await load({ document, errorPolicy: 'all' })).toEqual([
      {
        records: [{ id: 1 }, { id: 3 }],
        complete: false,
        partialErrors: [{ message: 'the item is null', path: 'tickets.1' }],
      },
    ]);
    expect((await failure({ document })).message).toMatch(
      /answered null at "tickets\[1\]".*errorPolicy: "all"/,
    );
  });

  it('is told of once when an error of the answer tells of it', async () => {
    const { load } = await scripted(() => ({
      data: { tickets: [{ id: 1 }, null] },
      errors: [{ message: 'locked', path: ['tickets', 1] }],
    }));
    const [page] = await load({ document, errorPolicy: 'all' });
    expect(page).toEqual({
      records: [{ id: 1 }],
      complete: false,
      partialErrors: [{ message: 'locked', path: 'tickets.1' }],
    });
  });
});
