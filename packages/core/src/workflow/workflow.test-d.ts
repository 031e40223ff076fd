import { describe, expectTypeOf, it } from 'vitest';
import {
  type ChangeSet,
  type Cycle,
  defineSchema,
  defineSource,
  defineWorkflow,
  type Loader,
  many,
  type SourceDefinition,
  type SourceOptions,
  type SourceOutcome,
  type StartInput,
  StatefulWorkflow,
  type StatefulWorkflowFunction,
  type TriggerName,
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

  override async execute({ triggers, changes }: Cycle): Promise<void> {
    expectTypeOf(triggers).toEqualTypeOf<ReadonlySet<TriggerName>>();
    expectTypeOf(changes).toEqualTypeOf<ChangeSet>();
    expectTypeOf(this.data).toEqualTypeOf<CustomerData | undefined>();
    // @ts-expect-error state is not changed in place
    this.state['Customer'] = {};
  }
}

describe('types of a workflow class', () => {
  it('defineWorkflow() gives a workflow function with the type of its data', () => {
    const CustomerWorkflow = defineWorkflow(Customer);
    expectTypeOf(CustomerWorkflow).toEqualTypeOf<StatefulWorkflowFunction<CustomerData>>();
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
    expectTypeOf<Misspelt>().toHaveProperty('execute');
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
