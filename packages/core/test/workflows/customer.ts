import { defineQuery, setHandler } from '@temporalio/workflow';
import {
  type Before,
  type ChangeSet,
  type Cycle,
  defineWorkflow,
  type LoadFault,
  StatefulWorkflow,
} from '../../src/workflow';
import { type CustomerData, schema, scripted } from './sources';

/** What a cycle was, as `execute()` saw it. */
export interface SeenCycle {
  readonly triggers: readonly string[];
  readonly upserts: number;
  readonly deletes: number;
}

/** Two sources, no interval: what it does is what it is told to. It remembers what its hooks heard. */
export class Customer extends StatefulWorkflow<CustomerData> {
  override readonly schema = schema;
  override readonly sources = { profile: scripted('profile'), contacts: scripted('contacts') };
  readonly cycles: SeenCycle[] = [];
  readonly faults: LoadFault[] = [];
  readonly heard: ChangeSet[] = [];

  override setup(): void {
    setHandler(defineQuery('cycles'), () => this.cycles);
    setHandler(defineQuery('faults'), () => this.faults);
    setHandler(defineQuery('heard'), () => this.heard);
    setHandler(defineQuery<unknown, [string, string]>('provenance'), (name, id) => this.provenance(name, id));
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

  override onChange(changes: ChangeSet, _before?: Before): void {
    this.heard.push(changes);
  }
}
export const CustomerWorkflow = defineWorkflow(Customer);
