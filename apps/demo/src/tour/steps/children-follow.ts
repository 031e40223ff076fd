import { StatefulHandle } from '@stateful-workflow/core/client';
import type { Client } from '@temporalio/client';
import { until } from '../../until';
import type { ContactData } from '../../workflows';
import type { Step } from '../step';

/** The workflow of a contact. */
export const contactOf = (client: Client, id: string): StatefulHandle<ContactData> =>
  new StatefulHandle<ContactData>(client, `Contact-${id}`);

/** Each contact of a customer has a workflow, which follows what happens to its contact. */
export const childrenFollow: Step = {
  name: 'a workflow for each contact',
  about:
    'The contacts of a customer are a managed path: each gets a workflow of its own. What changes at the CRM goes down to the one that it concerns, what is written to a contact goes up, a new contact gets a workflow, and one that is removed loses it.',
  async run({ stage, say }) {
    const { crm, client } = stage;
    const customers = stage.customers('CustomerWithChildrenWorkflow');
    const ids = crm.contactsOf('c_7').map(({ id }) => id);
    const [kept = '', written = '', removed = ''] = ids;
    const customer = await customers.start({ id: 'c_7', apiUrl: crm.url, apiToken: 'secret:CRM_TOKEN' });
    const started = performance.now();
    await until(`${ids.length} children run`, async () => (await running()).length === ids.length);
    const took = ((performance.now() - started) / 1000).toFixed(1);
    say(`stateful-workflow tree Customer-c_7 would show ${ids.length} children, started in ${took} s`);

    say(`At the CRM: ${kept} gets another role, ${removed} is removed, and somebody is added; refresh`);
    crm.patchContact(kept, { role: 'Chief of Demos' });
    crm.removeContact(removed);
    const added = crm.addContact('c_7').id;
    await customer.refresh();
    const follows = await until(
      'the role is in the workflow of its contact',
      async () => (await contactOf(client, kept).data())?.role === 'Chief of Demos',
    );
    const ended = await until(
      'the workflow of the removed contact has ended',
      async () => (await contactOf(client, removed).temporal.describe()).status.name === 'CANCELLED',
    );
    const began = await until('the new contact has a workflow', async () =>
      (await running()).includes(added),
    );

    say(`update to the workflow of ${written}: note "prefers mail"`);
    await contactOf(client, written).update({
      entityName: 'Contact',
      data: { id: written, note: 'prefers mail' },
    });
    const rose = await until('the note is in the state of the customer', async () => {
      const contacts: readonly ContactData[] = (await customer.data())?.contacts ?? [];
      return contacts.some(({ id, note }) => id === written && note === 'prefers mail');
    });
    return {
      expected: `${ids.length} children; they start, follow and stop with the contacts`,
      seen: `${ids.length} children in ${took} s; changed, removed and added as at the CRM; note in the parent`,
      ok: follows && ended && began && rose,
    };

    async function running(): Promise<string[]> {
      const children = await customers.get('c_7').children();
      return children.filter(({ status }) => status === 'running').map(({ id }) => id);
    }
  },
};
