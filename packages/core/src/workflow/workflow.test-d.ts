import { describe, expectTypeOf, it } from 'vitest';
import {
  type Before,
  type ChangeSet,
  type ChildEnd,
  type Cycle,
  defineSchema,
  defineSource,
  defineWorkflow,
  type Fields,
  type Loader,
  many,
  type SourceDefinition,
  type SourceOptions,
  type SourceOutcome,
  type StartInput,
  StatefulWorkflow,
  type StatefulWorkflowFunction,
  type TriggerName,
  type UpdatePayload,
} from '../workflow';

interface CustomerData {
  readonly id: string;
  readonly name: string;
}

interface MemoryQuery {
  readonly key: string;
  readonly limit?: number;
}
const memory = (options: MemoryQuery & SourceOptions) =>
  defineSource<MemoryQuery>({ adapter: 'memory', package: 'adapter-memory' }, options);

class Customer extends StatefulWorkflow<CustomerData> {
  override readonly schema = defineSchema({
    Customer: { relations: { contacts: many('Contact') } },
    Contact: {},
  });
  override readonly sources = { profile: memory({ key: 'profile' }) };
  override readonly refresh = { every: '1 minute', watch: true } as const;

  override async loadData(load: Loader): Promise<void> {
    expectTypeOf(load.source('profile')).resolves.toEqualTypeOf<SourceOutcome>();
  }

  override onChange(changes: ChangeSet, before: Before): void {
    expectTypeOf(before('Contact', changes.deletes[0]?.id ?? '')).toEqualTypeOf<Fields | undefined>();
  }

  override async onChildEnded(child: ChildEnd): Promise<void> {
    expectTypeOf(child.status).toEqualTypeOf<
      'completed' | 'cancelled' | 'failed' | 'terminated' | 'timedOut'
    >();
    expectTypeOf(child.result).toEqualTypeOf<unknown>();
    // @ts-expect-error it is told, and not changed
    child.status = 'failed';
  }

  override async execute({ triggers, changes, before, endedChildren }: Cycle): Promise<void> {
    expectTypeOf(endedChildren).toEqualTypeOf<readonly ChildEnd[]>();
    expectTypeOf<'childEnded'>().toExtend<TriggerName>();
    expectTypeOf(before).toEqualTypeOf<Before>();
    // @ts-expect-error an id is needed
    before('Contact');
    expectTypeOf(triggers).toEqualTypeOf<ReadonlySet<TriggerName>>();
    expectTypeOf(changes).toEqualTypeOf<ChangeSet>();
    expectTypeOf(this.data).toEqualTypeOf<CustomerData | undefined>();
    expectTypeOf(this.dataOf('Contact', 'k_1')).toEqualTypeOf<unknown>();
    const contact = this.dataOf<{ name: string }>('Contact', 'k_1');
    expectTypeOf(contact).toEqualTypeOf<{ readonly name: string } | undefined>();
    this.update({ entityName: 'Customer', add: { contacts: ['k_1'] } });
    this.update<Customer['schema']>({ entityName: 'Customer', remove: { contacts: ['k_1'] } });
    // @ts-expect-error no such list
    this.update<Customer['schema']>({ entityName: 'Customer', add: { kontacts: ['k_1'] } });
    // @ts-expect-error state is not changed in place
    this.state['Customer'] = {};
  }
}

/** The same with types that do not say that they are read only. */
interface Writable {
  id: string;
  address: { city: string };
  contacts: { name: string }[];
}
class Scribbler extends StatefulWorkflow<Writable> {
  override async execute({ changes }: Cycle): Promise<void> {
    const { data } = this;
    if (!data) return;
    // @ts-expect-error a field
    data.id = 'x';
    // @ts-expect-error a field further down
    data.address.city = 'x';
    // @ts-expect-error a list
    data.contacts[0] = { name: 'x' };
    for (const contact of data.contacts) {
      // @ts-expect-error an item of a list
      contact.name = 'x';
    }
    // @ts-expect-error an entity
    this.state['Contact']!['k_1'] = {};
    // @ts-expect-error what changed
    changes.upserts['Contact'] = {};
    const names: string[] = data.contacts.map(({ name }) => name);
    this.update({ entityName: 'Customer', data: { ...data, names } });
  }
}

/** What extends it for any data reads what all data has. */
abstract class Named<Data extends { readonly name: string }> extends StatefulWorkflow<Data> {
  get title(): string | undefined {
    return this.data?.name;
  }
}

describe('types of a workflow class', () => {
  it('data is read only, however deep', () => {
    expectTypeOf(defineWorkflow(Scribbler)).returns.resolves.toEqualTypeOf<Writable>();
    expectTypeOf<Named<CustomerData>>().toHaveProperty('title');
  });

  it('defineWorkflow() gives a workflow function with the type of its data', () => {
    const CustomerWorkflow = defineWorkflow(Customer);
    expectTypeOf(CustomerWorkflow).toExtend<StatefulWorkflowFunction<CustomerData>>();
    expectTypeOf(CustomerWorkflow).parameters.toEqualTypeOf<[StartInput]>();
    expectTypeOf(CustomerWorkflow).returns.resolves.toEqualTypeOf<CustomerData>();
    defineWorkflow(Customer, { name: 'Person' });
    // @ts-expect-error not a workflow class
    defineWorkflow(class {});
    // @ts-expect-error an option that nobody knows
    defineWorkflow(Customer, { colour: 'red' });
  });

  it('sources, schema and refresh are checked where they are declared', () => {
    class Wrong extends StatefulWorkflow<CustomerData> {
      // @ts-expect-error a source is made by a builder
      override readonly sources = { profile: { path: '/x' } };
      // @ts-expect-error watch is yes or no
      override readonly refresh = { every: '1 minute', watch: 'sometimes' };
    }
    class Misspelt extends StatefulWorkflow<CustomerData> {
      // @ts-expect-error there is no such hook
      override onChanged(): void {}
    }
    expectTypeOf<Wrong>().toHaveProperty('execute');
    class Guarding extends StatefulWorkflow<CustomerData> {
      override beforeUpdate(payload: UpdatePayload): void {
        if (this.data?.name === payload.entityName) throw new Error('no');
      }
      // @ts-expect-error nobody waits for it
      override async beforeDelete(): Promise<void> {}
    }
    expectTypeOf<Guarding>().toHaveProperty('beforeUpdate');
    expectTypeOf<Misspelt>().toHaveProperty('execute');
  });

  it('searchAttributes is on or off', () => {
    class Listed extends StatefulWorkflow<CustomerData> {
      override readonly searchAttributes = true;
    }
    class Wrong extends StatefulWorkflow<CustomerData> {
      // @ts-expect-error: which attributes there are is not for the class to say
      override readonly searchAttributes = ['status'];
    }
    expectTypeOf<Listed>().toExtend<StatefulWorkflow<CustomerData>>();
    expectTypeOf<Wrong>().toHaveProperty('searchAttributes');
  });

  it('defineSource() keeps the type of the query', () => {
    expectTypeOf(memory({ key: 'a' })).toEqualTypeOf<SourceDefinition<MemoryQuery>>();
    memory({ key: 'a', limit: 3, into: 'contacts', timeout: '5 seconds', maximumAttempts: 2 });
    // @ts-expect-error key is required
    memory({ limit: 3 });
    // @ts-expect-error neither of the query nor of a source
    memory({ key: 'a', colour: 'red' });
  });

  it('defineSchema() keeps the names', () => {
    const schema = defineSchema({ Customer: {}, Contact: { idAttribute: ['a', 'b'] } });
    expectTypeOf(schema).toHaveProperty('Contact');
    expectTypeOf(schema).not.toHaveProperty('Order');
    // @ts-expect-error a relation is made with one() or many()
    defineSchema({ Customer: { relations: { contacts: 5 } } });
  });
});
