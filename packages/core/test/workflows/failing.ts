import {
  ApplicationFailure,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
  sleep,
} from '@temporalio/workflow';
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

/** Answers the contract's own query. */
class Presumptuous extends Customer {
  override setup(): void {
    super.setup();
    setHandler(defineQuery('status'), () => 'all is well');
  }
}
export const PresumptuousWorkflow = defineWorkflow(Presumptuous);

/** Takes the contract's own signal. */
class Meddling extends Customer {
  override setup(): void {
    super.setup();
    setHandler(defineSignal('update'), () => {});
  }
}
export const MeddlingWorkflow = defineWorkflow(Meddling);

/** Takes the contract's own update before there is anything else. */
class Early extends Customer {
  constructor() {
    super();
    setHandler(defineUpdate('refresh'), () => 'done');
  }
}
export const EarlyWorkflow = defineWorkflow(Early);

/** Takes what is the contract's when it has begun, or takes it away. */
class Usurping extends Customer {
  override setup(): void {
    super.setup();
    setHandler(defineSignal('grab'), () => setHandler(defineSignal('update'), () => {}));
  }

  override async execute(): Promise<void> {
    const { plan } = this.data ?? {};
    if (plan === 'signal') setHandler(defineSignal('delete'), () => {});
    if (plan === 'update') setHandler(defineUpdate('rotateToken'), () => 'done');
    if (plan === 'query') setHandler(defineQuery('state'), () => ({}));
    if (plan === 'nothing') setHandler(defineSignal('pause'), undefined);
    if (plan === 'own') setHandler(defineQuery('mine'), () => 'mine');
    if (plan === 'waiting') {
      setHandler(defineQuery('data'), () => ({}));
      await sleep('1 hour');
    }
  }
}
export const UsurpingWorkflow = defineWorkflow(Usurping);

/** Has a credential that is no reference. */
class UnnamedSecret extends Customer {
  override readonly sources = {
    profile: scripted('profile', { credential: 'CRM_TOKEN' }),
    contacts: scripted('contacts'),
  };
}
export const UnnamedSecretWorkflow = defineWorkflow(UnnamedSecret);

/** Sets handlers when it is too late for what came before. */
class Dawdling extends Customer {
  override setup(): void {
    // As JavaScript lets everybody, and TypeScript those without a linter.
    return sleep(1).then(() => super.setup()) as unknown as void;
  }
}
export const DawdlingWorkflow = defineWorkflow(Dawdling);

/** Has options that there are not. */
class Misspelt extends Customer {
  override readonly refresh = { wach: true } as StatefulWorkflow['refresh'];
}
export const MisspeltWorkflow = defineWorkflow(Misspelt);

/** Has no limit, where there has to be one or nothing. */
class Unlimited extends Customer {
  override readonly maxHistoryEvents = null as unknown as number;
}
export const UnlimitedWorkflow = defineWorkflow(Unlimited);
