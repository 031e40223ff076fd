import { isDeepStrictEqual } from 'node:util';
import type { Fleet } from '../../fleet/fleet';
import { until } from '../../until';
import { inThousands, seconds } from '../figures';
import type { Step } from '../step';

/** How many workflows are compared with the CRM at most, picked evenly. */
const compared = 50;

/** A feed starts a workflow for each customer of a fleet. */
export const fleetStarts: Step = {
  name: 'a fleet, one feed',
  about:
    'Another CRM has many customers, and one workflow looks for all of them: a feed. It reads the list, starts the workflow of each customer and hands it its record, so that none of them has to ask.',
  async run({ fleet, say }) {
    const all = inThousands(fleet.customers);
    say(`CustomersFeed-all reads GET /customers of ${fleet.crm.url}, and every 2 seconds what changed since`);
    const began = performance.now();
    await fleet.begin(say);
    const ms = performance.now() - began;
    const asked = await inStep(fleet);
    const { lists, own, actions } = await fleet.usage.sinceLast();
    const each = actions === undefined ? '' : `, ${(actions / fleet.customers).toFixed(1)} Actions each`;
    say(`${all} workflows in ${seconds(ms)}: ${Math.round((fleet.customers / ms) * 1_000)} a second`);
    say(`requests to the CRM: ${lists} for the list, in pages of 100, and ${own} for one customer`);
    return {
      expected: `${all} workflows as at the CRM, none of which asked it`,
      seen: `${all} in ${seconds(ms)}${each}; ${asked} compared, all equal; ${own} asked the CRM`,
      ok: own === 0,
    };
  },
};

/**
 * Compares some workflows with the CRM.
 *
 * @returns how many
 * @throws Error that names one which is not equal
 */
async function inStep({ customers, crm, customer }: Fleet): Promise<number> {
  const count = Math.min(compared, customers);
  const picked = Array.from({ length: count }, (_, i) => `c_${1 + Math.floor((i * customers) / count)}`);
  const isEqual = async (id: string): Promise<boolean> =>
    isDeepStrictEqual(await customer(id).data(), crm.customer(id));
  await Promise.all(picked.map((id) => until(`${id} is as at the CRM`, () => isEqual(id))));
  return count;
}
