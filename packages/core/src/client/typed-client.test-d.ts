import type { Client } from '@temporalio/client';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { isLoaded, StatefulClient, type StatefulHandle } from '../client';
import type { SubscriptionOf } from '../index';
import {
  type ChangesOf,
  type DataOf,
  defineSchema,
  defineWorkflow,
  type EntitiesOf,
  many,
  typed,
  workflowClass,
} from '../workflow';

const schema = defineSchema({
  Customer: {
    fields: z.object({ id: z.string(), name: z.string() }),
    relations: { tickets: many('Ticket') },
  },
  Ticket: { fields: typed<{ id: string; subject: string }>() },
});
type S = typeof schema;
type Customer = DataOf<S, 'Customer'>;
const CustomerWorkflow = defineWorkflow(workflowClass({ schema, entityName: 'Customer' }));
declare const client: Client;
const customers = new StatefulClient(client, { workflow: CustomerWorkflow, taskQueue: 'crm' });
const customer = customers.get('c_1');

// Only its types are looked at: nothing here runs.
describe('a client of a workflow that has a schema', () => {
  it('takes all its types from the workflow', () => {
    expectTypeOf(customers).toEqualTypeOf<StatefulClient<Customer, S>>();
    expectTypeOf(customers.start({ id: 'c_1' })).resolves.toEqualTypeOf<StatefulHandle<Customer, S>>();
    expectTypeOf(customer.data()).resolves.toEqualTypeOf<Customer | null>();
    expectTypeOf(customer.result()).resolves.toEqualTypeOf<Customer>();
    expectTypeOf(customer.state()).resolves.toEqualTypeOf<EntitiesOf<S>>();
    expectTypeOf(customer.pendingChanges()).resolves.toEqualTypeOf<ChangesOf<S>>();
  });

  it('or from the schema, where it knows the workflow by its type alone', () => {
    const named = new StatefulClient<Customer, S>(client, { workflow: 'CustomerWorkflow', taskQueue: 'crm' });
    expectTypeOf(named).toEqualTypeOf(customers);
  });

  it('narrows data', async () => {
    const data = await customer.data();
    if (isLoaded(data, 'name')) expectTypeOf(data.name).toEqualTypeOf<string>();
  });

  it('knows the entities', () => {
    expectTypeOf(customer.dataOf('Ticket', 't_1')).resolves.toEqualTypeOf<DataOf<S, 'Ticket'> | null>();
    expectTypeOf(customer.dataOf<{ a: 1 }>('Ticket', 't_1')).resolves.toEqualTypeOf<{ a: 1 } | null>();
    // @ts-expect-error no such entity
    void customer.dataOf('Kicket', 't_1');
    void customer.update({ entityName: 'Customer', data: { name: 'Ada' } });
    void customer.update({
      entityName: 'Customer',
      add: { tickets: ['t_3', { id: 't_9', subject: 'New' }] },
    });
    void customer.update({ entityName: 'Customer', remove: { tickets: ['t_3'] } });
    // @ts-expect-error no such entity
    void customer.update({ entityName: 'Kustomer', data: {} });
    // @ts-expect-error no such field
    void customer.update({ entityName: 'Customer', data: { nmae: 'Ada' } });
    // @ts-expect-error no such list
    void customer.update({ entityName: 'Customer', add: { kickets: [] } });
    void customer.delete({ entityName: 'Ticket', data: { id: 't_1' } });
    // @ts-expect-error no such entity
    void customer.delete({ entityName: 'Kicket', data: { id: 't_1' } });
  });

  it('subscribes to entities that there are', () => {
    const base = { workflowId: 'Desk-1', subscriptionId: 'all', signalName: 'update' } as const;
    void customer.subscribe({ ...base, selector: 'Ticket.*.subject' });
    void customer.subscribe({ ...base, selector: 'Customer.c_1' });
    void customer.subscribe({ ...base, selector: '*' });
    // @ts-expect-error no such entity
    void customer.subscribe({ ...base, selector: 'Kicket.*.subject' });
    expectTypeOf<'Ticket'>().toExtend<SubscriptionOf<S>['selector']>();
  });
});
