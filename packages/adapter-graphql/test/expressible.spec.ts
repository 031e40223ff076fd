import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { GraphqlCursor, GraphqlQuery } from '../src/index';
import { scripted } from './scripted';

const INFO = 'pageInfo { hasNextPage endCursor }';

describe('variables', () => {
  const document =
    'query ($id: Int!, $f: Float, $text: ID!, $in: Filter) { a(id: $id, f: $f, t: $text, in: $in) { id } }';

  it('have the type that the document declares', async () => {
    const { load, asked } = await scripted(() => ({ a: { id: 1 } }));
    await load({
      document,
      variables: { id: '{id}', f: '{id}', text: '{id}', in: { owner: '{id}', n: '{id:number}' } },
    });
    expect(asked[0]?.variables).toEqual({ id: 42, f: 42, text: '42', in: { owner: '42', n: 42 } });
  });

  it('have, deep in an input, the type of the schema', async () => {
    const schema = buildSchema(`
      type Query { a(in: Filter): A } type A { id: Int }
      input Filter { owner: Int, all: [Inner!], name: String } input Inner { id: Int }`);
    const { load, asked } = await scripted(() => ({ a: { id: 1 } }), { schema });
    const variables = { in: { owner: '{id}', all: [{ id: '{id}' }], name: '{id}' } };
    await load({ document: 'query ($in: Filter) { a(in: $in) { id } }', variables });
    expect(asked[0]?.variables).toEqual({ in: { owner: 42, all: [{ id: 42 }], name: '42' } });
  });

  it.each(['c_42', '4294967296', '1.5', ''])('refuse an id that is no Int: %j', async (id) => {
    const { load } = await scripted(() => ({ a: { id: 1 } }));
    const query = { document: 'query ($id: Int!) { a(id: $id) { id } }', variables: { id: '{id}' } };
    await expect(load(query, { entity: { name: 'A', id } })).rejects.toThrow(
      /variables\.id: takes a whole number|id: is empty/,
    );
  });

  it('take {id:number} for a custom scalar, and refuse it within text', async () => {
    const { load, asked, issues } = await scripted(() => ({ a: { id: 1 } }));
    const custom = 'query ($id: BigInt!) { a(id: $id) { id } }';
    await load({ document: custom, variables: { id: '{id:number}' } });
    expect(asked[0]?.variables).toEqual({ id: 42 });
    expect(await issues({ document: custom, variables: { id: 'n-{id:number}' } })).toEqual([
      expect.stringMatching(/^variables\.id: has a \{…:number\} that is not all of the value/),
    ]);
  });
});

describe('a follow-up query', () => {
  const page = (hasNextPage: boolean, id: number): unknown => ({
    nodes: [{ id }],
    pageInfo: { hasNextPage, endCursor: `c${id}` },
  });
  /** PostGraphile's way: a scalar for cursors, and nodeId. */
  const postgraphile = ({ query }: { readonly query: string }): unknown =>
    query.includes('FollowUp')
      ? { node: { comments: page(false, 2) } }
      : { tickets: [{ __typename: 'Ticket', id: 7, nodeId: 'abc', comments: page(true, 1) }] };
  const source: GraphqlQuery = {
    document: `{ tickets { __typename id nodeId comments(first: 1) { nodes { id } ${INFO} } } }`,
  };
  const records = [{ __typename: 'Ticket', id: 7, nodeId: 'abc', comments: [{ id: 1 }, { id: 2 }] }];

  it('takes the names of the source', async () => {
    const { load, asked } = await scripted(postgraphile);
    const followUp = { id: 'nodeId', cursor: 'Cursor' };
    expect((await load({ ...source, followUp })).flatMap((one) => one.records)).toEqual(records);
    expect(asked[1]?.query).toMatch(
      /\$followId: ID!, \$followAfter: Cursor\) \{\s*node\(nodeId: \$followId\)/,
    );
    expect(asked[1]?.variables).toEqual({ followId: 'abc', followAfter: 'c1' });
  });

  it('takes those of the schema', async () => {
    const schema = buildSchema(`
      scalar Cursor
      interface Node { nodeId: ID! }
      type Query { tickets: [Ticket], node(nodeId: ID!): Node }
      type Ticket implements Node { id: Int, nodeId: ID!, comments(first: Int, after: Cursor): Comments }
      type Comments { nodes: [Comment], pageInfo: Info } type Comment { id: Int }
      type Info { hasNextPage: Boolean!, endCursor: Cursor }`);
    const { load, asked } = await scripted(postgraphile, { schema });
    expect((await load(source)).flatMap((one) => one.records)).toEqual(records);
    expect(asked[1]?.query).toMatch(/\$followAfter: Cursor\) \{\s*node\(nodeId: \$followId\)/);
  });

  it('takes the type of the variable that the document gives the connection', async () => {
    const { load, asked } = await scripted(postgraphile);
    const document = `query ($after: Cursor) { tickets { __typename id comments(first: 1, after: $after) { nodes { id } ${INFO} } } }`;
    await load({ document });
    expect(asked[1]?.query).toContain('$followAfter: Cursor');
  });

  it('says what to select where the record has no id', async () => {
    const { failure } = await scripted(() => ({
      tickets: [{ __typename: 'Ticket', id: 7, comments: page(true, 1) }],
    }));
    expect((await failure({ ...source, followUp: { id: 'nodeId' } })).message).toMatch(
      /Select __typename and nodeId beside it/,
    );
  });
});

describe('an incremental load', () => {
  const document = 'query ($since: Datetime!) { tickets(since: $since) { id at } }';
  const answer = (): unknown => ({ tickets: [{ id: 1, at: '2026-01-02T00:00:00Z' }] });

  it('asks a full sweep with a value, where the API takes no null', async () => {
    const { load, asked } = await scripted(answer);
    const query = { document, incremental: { variable: 'since', field: 'at', sweepFrom: '1970-01-01' } };
    const [page] = await load(query);
    expect(page?.complete).toBe(true);
    await load(query, { checkpoint: { cursor: page?.cursor as GraphqlCursor } });
    expect(asked.map(({ variables }) => variables['since'])).toEqual(['1970-01-01', '2026-01-02T00:00:00Z']);
  });

  it('finds the field though the schema leaves it out, and warns where no record has it', async () => {
    const schemas = { Ticket: z.object({ id: z.number() }) };
    const { load } = await scripted(() => ({ tickets: [{ id: 1, at: 5 }] }), { schemas });
    const document = 'query ($since: Int) { tickets(since: $since) { id at } }';
    const query: GraphqlQuery = {
      document,
      schema: 'Ticket',
      incremental: { variable: 'since', field: 'at' },
    };
    expect((await load(query)).at(-1)).toMatchObject({ records: [{ id: 1 }], cursor: { since: 5 } });
    const warnings: string[] = [];
    const log = { debug: () => {}, info: () => {}, warn: (message: string) => void warnings.push(message) };
    await load({ ...query, incremental: { variable: 'since', field: 'att' } }, { log });
    expect(warnings).toEqual([expect.stringContaining('No record has the field')]);
  });

  it('may begin later, and is no sweep then', async () => {
    const { load, asked } = await scripted(answer);
    const query = { document, incremental: { variable: 'since', field: 'at', initial: '2026-01-01' } };
    const [page] = await load(query);
    expect(page?.complete).toBe(false);
    await load(query, { checkpoint: { cursor: page?.cursor as GraphqlCursor } });
    expect(asked.map(({ variables }) => variables['since'])).toEqual(['2026-01-01', '2026-01-02T00:00:00Z']);
  });
});

describe('an answer', () => {
  it('may say that there are no errors by null', async () => {
    const { load } = await scripted(() => ({
      data: { tickets: [{ id: 1 }] },
      errors: null,
      extensions: null,
    }));
    expect(await load({ document: '{ tickets { id } }' })).toEqual([
      { records: [{ id: 1 }], complete: true },
    ]);
  });

  it('has records that fit a schema of the worker', async () => {
    const schemas = { Ticket: z.object({ id: z.number() }) };
    const { load, failure, adapter } = await scripted(() => ({ tickets: [{ id: 1 }, { id: 'x' }] }), {
      schemas,
    });
    const query: GraphqlQuery = { document: '{ tickets { id } }', schema: 'Ticket' };
    const error = await failure(query);
    expect(error.message).toMatch(/^schema: id of record 1 of POST .* does not fit the schema "Ticket"/);
    expect(adapter.classify(error).kind).toBe('invalid');
    expect(await load({ ...query, invalid: 'skip' })).toMatchObject([
      { records: [{ id: 1 }], complete: false },
    ]);
    expect((await failure({ ...query, schema: 'Order' })).message).toMatch(
      /there are: Ticket.*graphqlAdapter/,
    );
  });
});

describe('an upstream', () => {
  it('is named by the source, and needs no address in workflow code', async () => {
    const { origin } = await scripted(() => ({ a: { id: 1 } }));
    const desk = { url: `${origin}/graphql` };
    const { load, failure, issues } = await scripted(() => ({ a: { id: 2 } }), {
      origins: [],
      upstreams: { desk },
    });
    const query = { document: '{ a { id } }', upstream: 'desk' };
    expect(await load(query, { apiUrl: undefined })).toMatchObject([{ records: [{ id: 1 }] }]);
    expect((await failure({ ...query, upstream: 'shop' })).message).toMatch(
      /^upstream: names "shop".*there are: desk/,
    );
    expect(await issues({ ...query, path: 'https://x.example.com/' })).toEqual([
      expect.stringMatching(/^upstream:/),
    ]);
  });
});
