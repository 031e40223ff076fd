import { defineWorkflow } from '../../src/workflow';
import { Customer } from './customer';
import { schema, scripted } from './sources';

/** A customer whose profile a feed brings; its contacts it looks for itself. */
class Fed extends Customer {
  override readonly schema = schema;
  override readonly sources = {
    profile: scripted('profile', { fedBy: 'CustomersFeed' }),
    contacts: scripted('contacts'),
  };
}
export const FedWorkflow = defineWorkflow(Fed);

/** Has nothing to look for itself. */
class WhollyFed extends Fed {
  override readonly sources = { profile: scripted('profile', { fedBy: 'CustomersFeed' }) } as never;
  override readonly refresh = { every: '100 ms', watch: true };
}
export const WhollyFedWorkflow = defineWorkflow(WhollyFed);
