import { rest } from '@stateful-workflow/adapter-rest/workflow';
import {
  type Cycle,
  defineSchema,
  defineWorkflow,
  many,
  type RefreshPolicy,
  StatefulWorkflow,
} from '@stateful-workflow/core/workflow';
import { defineQuery, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';

export interface Contact {
  readonly id: string;
  readonly name: string;
}

export interface CustomerData {
  readonly id: string;
  readonly name: string;
  readonly plan: string;
  readonly contacts: readonly Contact[];
  /** Every plan that it was seen with, oldest first. */
  readonly plans?: readonly string[];
}

/** A customer of a CRM, which asks it every hour. */
class Customer extends StatefulWorkflow<CustomerData> {
  override readonly schema = defineSchema({
    Customer: { relations: { contacts: many('Contact') } },
    Contact: {},
  });
  override readonly sources = {
    profile: rest({ path: '/customers/{id}' }),
    contacts: rest({ path: '/customers/{id}/contacts', items: 'items' }),
  };
  override readonly refresh: RefreshPolicy = { every: '1 hour' };

  override async execute({ changes, before }: Cycle): Promise<void> {
    const plan = changes.upserts['Customer']?.[this.id]?.['plan'];
    if (plan === undefined || before('Customer', this.id)?.['plan'] === plan) return;
    const plans = [...(this.data?.plans ?? []), plan];
    this.update({ entityName: 'Customer', data: { id: this.id, plans } });
  }
}
export const CustomerWorkflow = defineWorkflow(Customer);

/** One whose sources the server looks at, both at the same moment. */
class WatchedCustomer extends Customer {
  override readonly refresh: RefreshPolicy = { every: '1 hour', watch: true, jitter: 0 };
}
export const WatchedCustomerWorkflow = defineWorkflow(WatchedCustomer);

/** One each of whose contacts has a workflow, with a source of its own. */
class CustomerWithChildren extends Customer {
  override readonly managedPaths = { contacts: true } as const;
}
export const CustomerWithChildrenWorkflow = defineWorkflow(CustomerWithChildren);

class ContactHome extends StatefulWorkflow<Contact & { readonly phone?: string }> {
  override readonly schema = defineSchema({ Contact: {} });
  override readonly sources = { card: rest({ path: '/contacts/{id}' }) };
}
export const ContactWorkflow = defineWorkflow(ContactHome, { name: 'ContactWorkflow' });

const { sendMail } = proxyActivities<{ sendMail(to: string): Promise<string> }>({
  startToCloseTimeout: '1 minute',
});

/** One that is greeted when a signal of its own says so, by an activity of its own. */
class GreetedCustomer extends Customer {
  #greeting = 'none';
  #isDue = false;

  override setup(): void {
    setHandler(defineSignal('greet'), () => {
      this.#isDue = true;
      this.requestCycle();
    });
    setHandler(defineQuery('greeting'), () => this.#greeting);
  }

  override async execute(): Promise<void> {
    if (!this.#isDue) return;
    this.#isDue = false;
    this.#greeting = await sendMail(this.data?.name ?? '');
  }
}
export const GreetedCustomerWorkflow = defineWorkflow(GreetedCustomer);

/** One whose tasks fail. */
class BrokenCustomer extends Customer {
  override async execute(): Promise<void> {
    throw new TypeError('plan is not a function');
  }
}
export const BrokenCustomerWorkflow = defineWorkflow(BrokenCustomer);
