import * as http from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { graphqlAdapter, type GraphqlQuery } from '../src/index';
import { bench } from './support';

let stop: (() => Promise<unknown>) | undefined;
afterEach(() => stop?.());

/** Loads from a server that answers with these texts, one after the other, and notes what it was asked with. */
async function loading(query: GraphqlQuery, ...bodies: readonly string[]) {
  const variables: unknown[] = [];
  const server = http.createServer((request, response) => {
    void request.toArray().then((chunks: readonly unknown[]) => {
      variables.push((JSON.parse(chunks.join('')) as { variables: unknown }).variables);
      response.setHeader('content-type', 'application/json').end(bodies[variables.length - 1]);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const adapter = graphqlAdapter({ origins: [origin] });
  stop = async () => {
    await adapter.close();
    await once(server.close(), 'close');
  };
  const { context } = await bench();
  const records: unknown[] = [];
  try {
    for await (const page of adapter.load(query, { ...context, apiUrl: origin }))
      records.push(...page.records);
  } catch (error) {
    return { records, variables, error: error as Error, fault: adapter.classify(error) };
  }
  return { records, variables };
}

describe('numbers that JavaScript would round', () => {
  it('are text, digit by digit, in records and in cursors', async () => {
    const query: GraphqlQuery = {
      document: 'query ($cursor: String) { list(cursor: $cursor) { items { id } next } }',
      items: 'list.items',
      pagination: { type: 'cursor', variable: 'cursor', cursor: 'list.next' },
    };
    const { records, variables } = await loading(
      query,
      '{"data":{"list":{"items":[{"id":9007199254740992},{"id":9007199254740993}],"next":1909699624467843944}}}',
      '{"data":{"list":{"items":[{"id":3}],"next":null}}}',
    );
    expect(records).toEqual([{ id: '9007199254740992' }, { id: '9007199254740993' }, { id: 3 }]);
    expect(variables[1]).toEqual({ cursor: '1909699624467843944' });
  });
});

describe('what no workflow can hold', () => {
  it.each([
    ['a number beyond all', '1e400', /with JSON that holds a number that is larger/],
    ['10,000 levels', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, /is nested more than 100 levels deep/],
  ])('is an error that says so: %s', async (_, value, message) => {
    const { error, fault } = await loading(
      { document: '{ list { id } }' },
      `{"data":{"list":[{"id":${value}}]}}`,
    );
    expect(error?.message).toMatch(message);
    expect(fault?.kind).toBe('fatal');
  });
});
