import { defineSchema, many, Secret, type SourceDefinition } from '@stateful-workflow/core';
import { createRegistry, registryActivities } from '@stateful-workflow/core/worker';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import type { GraphqlQuery } from '../src/index';
import { graphql } from '../src/workflow';
import { bench } from './support';

const schema = defineSchema({
  Customer: { relations: { tickets: many('Ticket') } },
  Ticket: { relations: { comments: many('Comment') } },
  Comment: {},
});

const source: SourceDefinition<GraphqlQuery> = graphql({
  document: `query ($id: ID!, $after: String) {
    customer(id: $id) {
      tickets(first: 2, after: $after) {
        nodes { __typename id subject comments(first: 1) { nodes { id } pageInfo { hasNextPage endCursor } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`,
  variables: { id: '{id}' },
  items: 'customer.tickets',
  errorPolicy: 'all',
});

interface Result {
  readonly outcome: string;
  readonly checkpoint?: object;
}

/** Runs `graphql.loadData` again and again, as a worker would, each time from the checkpoint of the load before. */
async function loads() {
  const { desk, adapter, context } = await bench({ ticketsPerCustomer: 3, commentsPerTicket: 2 });
  const credential = await context.credential(desk.origin);
  const secrets = [
    {
      name: 'test',
      get: () => ({ secret: credential?.secret ?? new Secret(''), origins: [desk.origin] }),
    },
  ];
  const activities = registryActivities(createRegistry([adapter]), { secrets });
  const loadData = activities['graphql.loadData'] as unknown as (request: object) => Promise<Result>;
  let checkpoint: object | undefined;
  const load = async (): Promise<Result> => {
    const request = {
      source: 'tickets',
      query: JSON.parse(JSON.stringify(source.query)) as unknown,
      entity: { name: 'Customer', id: 'c_1' },
      schema,
      into: 'tickets',
      apiUrl: desk.url,
      credential: 'secret:DESK',
      checkpoint,
    };
    const environment = new MockActivityEnvironment({ startToCloseTimeoutMs: 60_000 });
    const result = await environment.run<[object], Result, typeof loadData>(loadData, request);
    checkpoint = result.checkpoint ?? checkpoint;
    return result;
  };
  return { desk, load };
}

describe('graphql.loadData', () => {
  it('gives entities, with the connections as relations; then what changed; then nothing', async () => {
    const { desk, load } = await loads();
    expect(await load()).toMatchObject({
      outcome: 'snapshot',
      complete: true,
      entities: {
        Customer: { c_1: { tickets: ['t_1_1', 't_1_2', 't_1_3'] } },
        Ticket: { t_1_3: { subject: 'Data is missing', comments: ['t_1_3_1', 't_1_3_2'] } },
        Comment: { t_1_1_2: { id: 't_1_1_2' } },
      },
    });
    expect(await load()).toEqual({ outcome: 'unchanged' });
    desk.patchTicket('t_1_2', { subject: 'Solved' });
    desk.removeTicket('t_1_3');
    expect(await load()).toMatchObject({
      outcome: 'delta',
      changes: { set: { Ticket: { t_1_2: { subject: 'Solved' } } }, deletes: { Ticket: ['t_1_3'] } },
    });
  });

  it('takes in a partial answer, deletes nothing and is no news twice', async () => {
    const { desk, load } = await loads();
    await load();
    desk.behave({ brokenTicket: 't_1_1' });
    desk.removeTicket('t_1_3');
    expect(await load()).toMatchObject({
      outcome: 'snapshot',
      complete: false,
      partialErrors: [{ message: 'The subject cannot be read', path: 'customer.tickets.nodes.0.subject' }],
    });
    expect(await load()).toEqual({ outcome: 'unchanged' });
  });
});
