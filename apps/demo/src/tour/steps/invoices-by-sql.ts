import { until } from '../../until';
import type { Step } from '../step';

/** More than a JavaScript number can tell from its neighbours. */
const total = '9007199254740993.10';

/** One customer from a REST API, a GraphQL API and a database. */
export const invoicesBySql: Step = {
  name: 'invoices by SQL',
  about:
    'The same customer has invoices in a Postgres database, the third source of its workflow. The workflow names the connection "billing" and the password secret:BILLING_PASSWORD; only the worker knows where the database is. Totals are numeric there, and stay exact.',
  async run({ stage, say }) {
    const { billing, crm, desk } = stage;
    const workflow = await stage.ensure360('c_8');
    const added = await billing.addInvoice('c_8', { total });
    say(`INSERT INTO invoices … ${added.number}, ${total}   (as a JavaScript number: ${Number(total)})`);
    const data = await until('c_8 has the new invoice', async () => {
      const now = await workflow.data();
      return now?.invoices.some(({ id }) => id === added.id) && now;
    });
    const { name } = crm.customer('c_8');
    say(
      `${data.name} by REST, with ${data.contacts.length} contacts; ${data.tickets.length} tickets by GraphQL`,
    );
    for (const { number, total, currency, status, issuedOn } of data.invoices)
      say(`invoice ${number} by SQL: ${total} ${currency}, ${status}, issued on ${issuedOn}`);

    const there = (await billing.invoicesOf('c_8')).map(
      ({ id, number, total, status }) => `${id} ${number} ${total} ${status}`,
    );
    const here = data.invoices.map(({ id, number, total, status }) => `${id} ${number} ${total} ${status}`);
    const equal = here.toSorted().join() === there.toSorted().join();
    const tickets = data.tickets.filter(({ id, status }) => desk.ticket(id)?.status === status).length;
    return {
      expected: `the customer, 2 tickets and ${there.length} invoices in one state, to the last cent`,
      seen: `${data.name}, ${tickets} tickets and ${here.length} invoices, ${equal ? 'equal' : 'different'}; a total of ${total}`,
      ok: data.name === name && tickets === 2 && equal && there.length === 3,
    };
  },
};
