import { equalsCrm } from '../look';
import type { Step } from '../step';

const ids = ['c_1', 'c_2', 'c_3'];

/** Three workflows start, and hold what the CRM holds. */
export const firstLoad: Step = {
  name: 'a first load',
  about:
    'A workflow for each of three customers starts. It loads its customer and the contacts from the CRM before its first execute(), with a credential that it knows by name only.',
  async run({ stage, say }) {
    const { crm } = stage;
    const customers = stage.customers();
    say(`ensure({ id, apiUrl: '${crm.url}', apiToken: 'secret:CRM_TOKEN' }) for ${ids.join(', ')}`);
    const data = await Promise.all(
      ids.map(async (id) => {
        const { handle } = await customers.ensure({ id, apiUrl: crm.url, apiToken: 'secret:CRM_TOKEN' });
        return handle.data();
      }),
    );
    for (const customer of data)
      say(
        `${customer?.id}: ${customer?.name}, plan ${customer?.plan}, ${customer?.contacts.length} contacts`,
      );
    const equal = data.filter((customer) => equalsCrm(customer, crm)).length;
    const contacts = data.reduce((sum, customer) => sum + (customer?.contacts.length ?? 0), 0);
    return {
      expected: '3 workflows hold what the CRM has',
      seen: `${equal} of ${ids.length} equal the CRM's records, ${contacts} contacts`,
      ok: equal === ids.length,
    };
  },
};
