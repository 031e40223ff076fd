import { equalsCrm, historyOf } from '../look';
import type { Step } from '../step';

const contacts = 1_000;
/** The most that the change may add, everything that Temporal itself writes for two loads and an update included. */
const mostBytes = 6_000;

/** Of a thousand records one changes, and one travels. */
export const oneOfThousand: Step = {
  name: '1 of 1,000 records changed',
  about:
    'A customer has 1,000 contacts, and one of them changes. The worker knows what it loaded before, so only the changed field travels into the history; hand-written, the whole list would.',
  async run({ stage, say }) {
    // The quiet CRM: what happens at the others does not show in the figures.
    const crm = stage.crms.at(-1) ?? stage.crm;
    while (crm.contactsOf('c_5').length < contacts) crm.addContact('c_5');
    const customers = stage.customers('CustomerOnRequestWorkflow');
    const { handle } = await customers.ensure({
      id: 'c_5',
      apiUrl: crm.url,
      apiToken: 'secret:CRM_TOKEN_NEXT',
    });
    const loaded = await historyOf(handle);
    say(`c_5 is loaded with ${contacts} contacts; history ${loaded.bytes} bytes`);

    const contact = crm.contactsOf('c_5')[contacts / 2];
    if (contact === undefined) throw new Error('The CRM has no contacts of c_5');
    crm.patchContact(contact.id, { role: 'Head of Tours' });
    say(`The role of ${contact.id} changes at the CRM; refresh()`);
    const { outcome, changed } = await handle.refresh();
    const after = await historyOf(handle);
    const bytes = after.bytes - loaded.bytes;
    const equal = equalsCrm(await handle.data(), crm);
    say(`history: ${after.bytes} bytes, ${bytes} more`);
    return {
      expected: `${contacts} records as the CRM has them, under ${mostBytes} bytes of history for the change`,
      seen: `${outcome}, ${changed} record, state ${equal ? 'equal' : 'different'}; ${bytes} bytes, where the first load took ${loaded.bytes}`,
      ok: outcome === 'changed' && changed === 1 && equal && bytes < mostBytes,
    };
  },
};
