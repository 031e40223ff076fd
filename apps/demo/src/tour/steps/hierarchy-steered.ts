import { until } from '../../until';
import type { Step } from '../step';
import { contactOf } from './children-follow';

/** A token, a pause and the end of a customer reach all of its contacts. */
export const hierarchySteered: Step = {
  name: 'one token, one pause, one end',
  about:
    'What is told to a customer is told to the workflows of all its contacts: a new token, by name and without a restart, a pause, and the end.',
  isLong: true,
  async run({ stage, say }) {
    const { client } = stage;
    const customer = stage.customers('CustomerWithChildrenWorkflow').get('c_7');
    const ids = (await customer.children()).map(({ id }) => id);
    const runs = await Promise.all(ids.map(runOf));

    say(`signal apiToken 'secret:CRM_TOKEN_NEXT' to the customer`);
    const began = performance.now();
    await customer.temporal.signal('apiToken', 'secret:CRM_TOKEN_NEXT');
    await until('every contact has the new token', async () => {
      const tokens = await Promise.all(ids.map((id) => contactOf(client, id).apiToken()));
      return tokens.every((token) => token?.reference === 'secret:CRM_TOKEN_NEXT');
    });
    const took = ((performance.now() - began) / 1000).toFixed(1);
    const same = (await Promise.all(ids.map(runOf))).every((run, i) => run === runs[i]);

    say('pause, resume, and status completed to the customer');
    await customer.pause();
    await until('every contact is paused', () => all('paused'));
    await customer.resume();
    await until('every contact runs', () => all('running'));
    await customer.complete();
    await customer.result();
    await until('every contact has ended', async () => {
      const statuses = await Promise.all(
        ids.map(async (id) => (await contactOf(client, id).temporal.describe()).status.name),
      );
      return statuses.every((status) => status === 'COMPLETED');
    });
    return {
      expected: `the token in ${ids.length} children without a restart; paused, resumed, ended with the parent`,
      seen: `token in ${ids.length} children after ${took} s, ${same ? 'same' : 'other'} runs; all paused, resumed and ended`,
      ok: same,
    };

    async function runOf(id: string): Promise<string> {
      return (await contactOf(client, id).temporal.describe()).runId;
    }

    async function all(status: string): Promise<boolean> {
      const reports = await Promise.all(
        ids.map((id) => contactOf(client, id).temporal.query<string>('status')),
      );
      return reports.every((report) => report === status);
    }
  },
};
