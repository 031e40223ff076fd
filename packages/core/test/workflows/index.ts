import { defineQuery, setHandler } from '@temporalio/workflow';
import {
  type Cycle,
  defineSchema,
  defineSource,
  defineWorkflow,
  type LoadFault,
  many,
  StatefulWorkflow,
} from '../../src/workflow';

/** A source of the adapter that the tests steer. */
const scripted = (key: string, options: Record<string, unknown> = {}) =>
  defineSource({ adapter: 'scripted', package: '@stateful-workflow/adapter-scripted' }, { key, ...options });

export const schema = defineSchema({
  Customer: { relations: { contacts: many('Contact') } },
  Contact: {},
});

export interface CustomerData {
  readonly id: string;
  readonly name: string;
  readonly contacts?: readonly { readonly id: string; readonly name: string }[];
}

/** Two sources, no interval: what it does is what it is told to. */
export class Customer extends StatefulWorkflow<CustomerData> {
  override readonly schema = schema;
  override readonly sources = { profile: scripted('profile'), contacts: scripted('contacts') };
  readonly cycles: { triggers: string[]; upserts: number; deletes: number }[] = [];
  readonly faults: LoadFault[] = [];

  override setup(): void {
    setHandler(defineQuery('cycles'), () => this.cycles);
    setHandler(defineQuery('faults'), () => this.faults);
    setHandler(defineQuery('provenance', {}), (name: string, id: string) => this.provenance(name, id));
  }

  override async execute({ triggers, changes }: Cycle): Promise<void> {
    const upserts = Object.values(changes.upserts).reduce(
      (sum, entities) => sum + Object.keys(entities).length,
      0,
    );
    this.cycles.push({ triggers: [...triggers], upserts, deletes: changes.deletes.length });
  }

  override onLoadError(fault: LoadFault): void {
    this.faults.push(fault);
  }
}
export const CustomerWorkflow = defineWorkflow(Customer);

/** Loads by itself. */
class Polling extends Customer {
  override readonly refresh = { every: '1 second' } as const;
}
export const PollingWorkflow = defineWorkflow(Polling);
