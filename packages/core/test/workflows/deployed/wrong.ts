import { defineSchema, defineWorkflow } from '../../../src/workflow';
import { Customer } from '../customer';
import { scripted } from '../sources';

class Every extends Customer {
  override readonly refresh = { every: 'now and then' };
}
export const EveryWorkflow = defineWorkflow(Every);

class Into extends Customer {
  override readonly sources = {
    profile: scripted('profile'),
    contacts: scripted('contacts', { into: 'kontacts' }),
  };
}
export const IntoWorkflow = defineWorkflow(Into);

class Paths extends Customer {
  override readonly managedPaths = { kontacts: true } as const;
}
export const PathsWorkflow = defineWorkflow(Paths);

class OfClient extends Customer {
  override readonly schema = defineSchema({ Client: {} }) as unknown as Customer['schema'];
}
export const CustomerWorkflow = defineWorkflow(OfClient, { name: 'CustomerWorkflow' });
