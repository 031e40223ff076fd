import { ApplicationFailure } from '@temporalio/workflow';
import { defineSource, defineWorkflow, type LoadFault, StatefulWorkflow } from '../../src/workflow';
import { Customer } from './customer';
import { type CustomerData, schema, scripted } from './sources';

/** Ends when a load fails. */
class Strict extends Customer {
  override onLoadError(fault: LoadFault): void {
    throw ApplicationFailure.nonRetryable(`gave up on ${fault.source}`, 'GAVE_UP');
  }
}
export const StrictWorkflow = defineWorkflow(Strict);

/** Names an adapter that no worker has. */
class Unregistered extends Customer {
  override readonly sources = {
    profile: scripted('profile'),
    contacts: defineSource(
      { adapter: 'nowhere', package: '@stateful-workflow/adapter-nowhere' },
      { into: 'contacts' },
    ),
  } as unknown as Customer['sources'];
}
export const UnregisteredWorkflow = defineWorkflow(Unregistered);

/** Asks for a source that the adapter does not have. */
class Misconfigured extends Customer {
  override readonly sources = { profile: scripted('profile'), contacts: scripted('nonsense') };
}
export const MisconfiguredWorkflow = defineWorkflow(Misconfigured);

/** Declares what cannot be. */
class Misdeclared extends StatefulWorkflow<CustomerData> {
  override readonly schema = schema;
  override readonly refresh = { every: 'now and then' };
}
export const MisdeclaredWorkflow = defineWorkflow(Misdeclared);

/** Fills a relation that the schema does not have. */
class Misdirected extends StatefulWorkflow<CustomerData> {
  override readonly schema = schema;
  override readonly sources = { profile: scripted('profile', { into: 'friends' }) };
}
export const MisdirectedWorkflow = defineWorkflow(Misdirected);

/** Has a root entity that its schema does not know. */
class Nameless extends StatefulWorkflow<CustomerData> {
  override readonly schema = schema;
}
export const NamelessWorkflow = defineWorkflow(Nameless);
