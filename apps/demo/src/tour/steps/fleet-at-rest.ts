import { until } from '../../until';
import { inThousands, seconds } from '../figures';
import { shownUse, uncertain } from '../fleet-use';
import type { Step } from '../step';

const looks = 3;

/** A fleet in which nothing changes costs what the looks of its feed cost. */
export const fleetAtRest: Step = {
  name: 'a fleet at rest',
  about:
    'Nothing changes for a while. What that costs follows from the looks of the feed, however many customers there are: requests to the CRM, and Actions as the Temporal server itself counts them.',
  async run({ fleet, say }) {
    const { customers, usage } = fleet;
    const all = inThousands(customers);
    const first = usage.lists;
    await until('the feed looks', () => usage.lists > first);
    await usage.sinceLast();
    const [from, began] = [usage.lists, performance.now()];
    await until(`${looks} looks of the feed`, () => usage.lists >= from + looks, { within: 60_000 });
    const used = await usage.sinceLast();
    const { lists, own, actions } = used;
    const took = seconds(performance.now() - began);
    const alone = inThousands(lists * customers);
    say(`in ${took}: ${shownUse(used)}`);
    say(
      `if each of ${all} looked as often: ${alone} requests, and as many Actions; by a timer each, twice as many`,
    );
    return {
      expected: `a request and an Action for a look, for all ${all}`,
      seen: `${lists} looks by ${lists + own} requests and ${actions ?? 'untold'} Actions; one by one ${alone} of each`,
      ok: own === 0 && lists >= looks && (actions === undefined || actions <= lists + uncertain),
    };
  },
};
