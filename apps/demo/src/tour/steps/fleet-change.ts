import { until } from '../../until';
import { inThousands, seconds } from '../figures';
import { shownUse, uncertain } from '../fleet-use';
import type { Step } from '../step';

/** The delivery, and the heartbeats by which the feed keeps where it got, and then what it has seen of that second. */
const ofTheChange = 3;

/** One customer of a fleet changes, and its workflow alone hears of it. */
export const fleetChange: Step = {
  name: 'one of the fleet changes',
  about:
    'One customer changes at the CRM. The next look of the feed finds that record alone, and delivers it to the workflow of that customer by one signal. The others hear nothing.',
  async run({ fleet, say }) {
    const { customers, crm, usage } = fleet;
    const id = `c_${Math.ceil(customers / 2)}`;
    say(`${id} moves to Bergen`);
    const began = performance.now();
    crm.patchCustomer(id, { city: 'Bergen' });
    await until(`${id} is in Bergen`, async () => (await fleet.customer(id).data())?.city === 'Bergen');
    const took = seconds(performance.now() - began);
    const used = await usage.sinceLast();
    const { lists, own, actions } = used;
    say(shownUse(used));
    return {
      expected: `in its workflow with the next look, and ${ofTheChange} Actions more; nothing for the other ${inThousands(customers - 1)}`,
      seen: `in Bergen after ${took}; ${actions ?? 'untold'} Actions for ${lists} looks and the change`,
      ok: own === 0 && (actions === undefined || actions <= lists + ofTheChange + uncertain),
    };
  },
};
