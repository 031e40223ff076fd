import {
  defineSchema,
  defineWorkflow,
  type RefreshPolicy,
  StatefulWorkflow,
} from '@stateful-workflow/core/workflow';
import { type Contact, Customer } from './customer';

/** A customer each of whose contacts has a workflow of its own. It loads when it is told to. */
class CustomerWithChildren extends Customer {
  override readonly managedPaths = { contacts: true };
  override readonly refresh: RefreshPolicy = {};
}

export const CustomerWithChildrenWorkflow = defineWorkflow(CustomerWithChildren);

/** What the workflow of a contact holds: the CRM's fields, and a note of our own. */
export interface ContactData extends Contact {
  readonly note?: string;
}

/** The home of one contact. It has no source: what the CRM says of it comes from its customer's workflow. */
class ContactHome extends StatefulWorkflow<ContactData> {
  override readonly schema = defineSchema({ Contact: {} });
}

export const ContactWorkflow = defineWorkflow(ContactHome, { name: 'ContactWorkflow' });
