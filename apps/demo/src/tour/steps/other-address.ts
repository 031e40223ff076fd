import { until } from '../../until';
import { equalsCrm } from '../look';
import type { Step } from '../step';

/** A workflow moves to another address. */
export const otherAddress: Step = {
  name: 'apiUrl moved',
  about:
    'A customer moves to a second CRM. One signal changes the address of its sources, and a load follows at once. The token goes along because the worker bound it to both origins.',
  async run({ stage, say, customer }) {
    const [first, second] = stage.crms;
    if (first === undefined || second === undefined) throw new Error('This step needs two CRMs');
    const workflow = customer('c_3');
    second.patchCustomer('c_3', { city: 'Reykjavik' });
    say(`c_3 lives in Reykjavik at the second CRM; setApiUrl('${second.url}')`);
    await workflow.setApiUrl(second.url);
    const data = await until('c_3 holds what the second CRM has', async () => {
      const now = await workflow.data();
      return equalsCrm(now, second) && now;
    });
    const [apiUrl, asked] = [await workflow.apiUrl(), first.requests.length];
    await workflow.refresh();
    const atFirst = first.requests.slice(asked).filter(({ path }) => path.startsWith('/customers/c_3'));
    return {
      expected: 'the data of the second CRM; the first is not asked again',
      seen: `city ${data?.city}, apiUrl ${apiUrl}; ${atFirst.length} requests to the first`,
      ok: apiUrl === second.url && atFirst.length === 0,
    };
  },
};
