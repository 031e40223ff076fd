import { randomBytes } from 'node:crypto';
import { until } from '../../until';
import { shownUse } from '../fleet-use';
import type { Step } from '../step';

/** The CRM says by a webhook that a customer of a fleet has changed. */
export const fleetWebhook: Step = {
  name: 'a webhook for one of them',
  about:
    'The CRM can say itself that a customer has changed. Its webhook is verified, and has the workflow of that customer look at once; the feed goes on as the net under it. One that is forged is refused.',
  async run({ fleet, say }) {
    const { customers, crm, usage, webhooks } = fleet;
    const id = `c_${customers}`;
    const forged = await webhooks.send(id, `whsec_${randomBytes(24).toString('base64')}`);
    say(`a webhook for ${id} that somebody else signed: ${forged.status} ${forged.outcome}`);
    say(`PATCH /customers/${id} { "city": "Turku" }; the CRM sends a webhook to ${webhooks.url}`);
    const began = performance.now();
    const looked = usage.lists;
    await patchOverHttp(crm.url, crm.issueToken(), id);
    await until(`${id} is in Turku`, async () => (await fleet.customer(id).data())?.city === 'Turku', {
      every: 10,
    });
    const ms = Math.round(performance.now() - began);
    // The feed finds the change as well, and delivers it: to a workflow that has it.
    await until('the feed has looked, too', () => usage.lists >= looked + 2);
    const used = await usage.sinceLast();
    const { own } = used;
    say(shownUse(used));
    return {
      expected: 'in its workflow before the next look; a forged one is refused with 401',
      seen: `in Turku after ${ms} ms, by ${own} request for ${id}; the forged one: ${forged.status} ${forged.outcome}`,
      // Where a look of the feed came at the same time, nobody knows which of the two is newer, and the workflow asks again.
      ok: forged.status === 401 && (own === 1 || own === 2),
    };
  },
};

async function patchOverHttp(crm: string, token: string, id: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ city: 'Turku' });
  const answer = await fetch(`${crm}/customers/${id}`, { method: 'PATCH', headers, body });
  if (!answer.ok) throw new Error(`The CRM answered ${answer.status} to the change.`);
}
