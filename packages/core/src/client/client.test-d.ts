import type { Client } from '@temporalio/client';
import { describe, expectTypeOf, it } from 'vitest';
import { type PlainToken, type RefreshResult, StatefulClient, type StatefulHandle } from '../client';
import type {
  Ancestor,
  ChangeSummary,
  CredentialReference,
  StartInput,
  SubscribedDelete,
  SubscribedUpdate,
  TokenInfo,
} from '../index';
import { defineSchema, many, one, type StatefulWorkflowFunction } from '../workflow';

interface CustomerData {
  readonly id: string;
  readonly name: string;
}

declare const client: Client;
declare const CustomerWorkflow: StatefulWorkflowFunction<CustomerData>;
declare const text: string;
declare const handle: StatefulHandle<CustomerData>;

// Only its types are looked at: nothing here runs.
describe('types of the client', () => {
  it('takes the type of data from the workflow, or as it is told', () => {
    const typed = new StatefulClient(client, { workflow: CustomerWorkflow, taskQueue: 'q' });
    expectTypeOf(typed).toEqualTypeOf<StatefulClient<CustomerData>>();
    const named = new StatefulClient<CustomerData>(client, { workflow: 'CustomerWorkflow', taskQueue: 'q' });
    expectTypeOf(named.get('c_1')).toEqualTypeOf<StatefulHandle<CustomerData>>();
    expectTypeOf<StatefulClient['start']>().returns.resolves.toEqualTypeOf<StatefulHandle>();
    // @ts-expect-error a task queue is needed
    new StatefulClient(client, { workflow: 'CustomerWorkflow' });
  });

  it('gives what the wire contract says', () => {
    type Handle = StatefulHandle<CustomerData>;
    expectTypeOf<Handle['data']>().returns.resolves.toEqualTypeOf<CustomerData | null>();
    expectTypeOf<Handle['dataOf']>().parameters.toEqualTypeOf<[entityName: string, id: string]>();
    expectTypeOf<Handle['dataOf']>().returns.resolves.toEqualTypeOf<unknown>();
    expectTypeOf(
      handle.dataOf<CustomerData>('Customer', 'c_2'),
    ).resolves.toEqualTypeOf<CustomerData | null>();
    expectTypeOf<Handle['ancestors']>().returns.resolves.toEqualTypeOf<Ancestor[]>();
    expectTypeOf<SubscribedUpdate['subscriptionIds']>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<SubscribedDelete['subscriptionIds']>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<Handle['result']>().returns.resolves.toEqualTypeOf<CustomerData>();
    expectTypeOf<Handle['apiToken']>().returns.resolves.toEqualTypeOf<TokenInfo | null>();
    expectTypeOf<Handle['refresh']>().returns.resolves.toEqualTypeOf<RefreshResult>();
    expectTypeOf<Handle['rotateToken']>().returns.resolves.toEqualTypeOf<RefreshResult>();
    expectTypeOf<Handle['update']>().returns.resolves.toEqualTypeOf<ChangeSummary>();
    expectTypeOf<RefreshResult['outcome']>().toEqualTypeOf<'changed' | 'unchanged' | 'failed' | 'skipped'>();
  });

  it('takes a credential reference, and no plain string', () => {
    expectTypeOf<StatefulHandle['rotateToken']>().parameters.toEqualTypeOf<
      [CredentialReference | PlainToken]
    >();
    expectTypeOf<'secret:CRM_TOKEN'>().toExtend<CredentialReference>();
    expectTypeOf<'sealed:abc'>().toExtend<CredentialReference>();
    expectTypeOf<string>().not.toExtend<CredentialReference>();
    expectTypeOf<'my-token'>().not.toExtend<CredentialReference>();
    // @ts-expect-error a plain string may be the token itself
    const input: StartInput = { id: 'c_1', apiToken: text };
    expectTypeOf(input).toEqualTypeOf<StartInput>();
  });

  it('checks payloads', () => {
    const update: StatefulHandle['update'] = async () => ({ upserted: 0, deleted: 0 });
    void update({ entityName: 'Contact', data: [{ id: 'k' }], strategy: '$set' });
    // @ts-expect-error no such strategy
    void update({ entityName: 'Contact', data: {}, strategy: '$push' });
    // @ts-expect-error the entity's name is needed
    void update({ data: {} });
    void update({
      entityName: 'Customer',
      add: { contacts: ['k_1', { id: 'k_2' }] },
      remove: { contacts: ['k_3'] },
    });
    // @ts-expect-error ids are taken out
    void update({ entityName: 'Customer', remove: { contacts: [{ id: 'k_1' }] } });
  });

  it('knows the lists of a schema that it is told', () => {
    const schema = defineSchema({
      Customer: { relations: { contacts: many('Contact'), account: one('Account') } },
      Contact: {},
      Account: {},
    });
    type S = typeof schema;
    expectTypeOf(schema.Customer.relations.contacts).toEqualTypeOf<readonly ['Contact']>();
    void handle.update<S>({ entityName: 'Customer', add: { contacts: ['k_1'] } });
    // @ts-expect-error it leads to one
    void handle.update<S>({ entityName: 'Customer', add: { account: ['a_1'] } });
    // @ts-expect-error no such list
    void handle.update<S>({ entityName: 'Customer', remove: { kontacts: ['k_1'] } });
    // @ts-expect-error a contact has none
    void handle.update<S>({ entityName: 'Contact', id: 'k_1', add: { contacts: ['k_1'] } });
    // @ts-expect-error no such entity
    void handle.update<S>({ entityName: 'Kontact', data: {} });
  });
});
