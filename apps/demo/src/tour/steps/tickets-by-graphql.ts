import { until } from '../../until';
import type { Step } from '../step';

/** One customer from a REST and a GraphQL API. */
export const ticketsByGraphql: Step = {
  name: 'tickets by GraphQL',
  about:
    'A customer comes from the CRM by REST and has tickets at a support desk with a GraphQL API, which gives one a page. Both are sources of one workflow; one token is bound to both origins.',
  async run({ stage, say }) {
    const { desk } = stage;
    const handle = await stage.ensure360('c_8');
    await until('it has its tickets', async () => ((await handle.data())?.tickets.length ?? 0) === 2);
    say('the desk closes ticket t_8_1');
    desk.patchTicket('t_8_1', { status: 'closed' });
    const data = await until('it knows that the ticket is closed', async () => {
      const now = await handle.data();
      return now?.tickets.find(({ id }) => id === 't_8_1')?.status === 'closed' && now;
    });
    const { name } = stage.crm.customer('c_8');
    return {
      expected: `${name} of the CRM with 2 tickets of the desk, one of them closed`,
      seen: `${data.name} with ${data.tickets.length} tickets: ${data.tickets.map(({ status }) => status).join(', ')}`,
      ok: data.name === name && data.tickets.length === 2,
    };
  },
};
