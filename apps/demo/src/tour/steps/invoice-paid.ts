import { StatefulClient, type StatefulHandle } from '@stateful-workflow/core/client';
import { until } from '../../until';
import type { InvoicedCustomerData } from '../../workflows';
import { eventNames } from '../look';
import type { Step } from '../step';

const customerId = 'c_9';
const invoiceId = 'i_9_1';
const mostMs = 2_000;
/** What one load by a watch costs: its end, the task in which the workflow takes it in, and the next watch. */
const oneLoad = [
  'ActivityTaskStarted',
  'ActivityTaskCompleted',
  'WorkflowTaskScheduled',
  'WorkflowTaskStarted',
  'WorkflowTaskCompleted',
  'ActivityTaskScheduled',
];

/** An invoice is paid, and the database says so. */
export const invoicePaid: Step = {
  name: 'an invoice is paid',
  about:
    'The invoices of another customer are watched, with an interval of an hour. A trigger in the database notifies of each change, with the customer as payload; that wakes the watch, and nothing polls.',
  async run({ stage, say }) {
    const { billing, client, taskQueue } = stage;
    const workflow = 'WatchedInvoicesWorkflow';
    const customers = new StatefulClient<InvoicedCustomerData>(client, {
      workflow,
      taskQueue,
      entityName: 'Customer',
    });
    // It reads the same table every few seconds, and its reads would be counted here.
    const other = await stage.ensure360('c_8');
    await other.complete();
    await other.result();
    const readsOfOthers = billing.reads;
    const { handle } = await customers.ensure({ id: customerId });
    // The log of the database, by which reads are counted, may come after what was read.
    await until('the first read of c_9 is counted', () => billing.reads > readsOfOthers);
    await until('the watch of c_9 waits for a word', () => isWatched(handle));
    const before = { events: await eventNames(handle), reads: billing.reads };
    say(`${invoiceId} is ${await statusOf(handle)}; UPDATE invoices SET status = 'paid'`);

    const began = performance.now();
    await billing.payInvoice(invoiceId);
    await until('c_9 knows that it is paid', async () => (await statusOf(handle)) === 'paid', { every: 10 });
    const ms = Math.round(performance.now() - began);
    const events = await until('the next watch is on', async () => {
      const since = (await eventNames(handle)).slice(before.events.length);
      return since.at(-1) === 'ActivityTaskScheduled' && since;
    });
    const reads = billing.reads - before.reads;
    say(`in the state after ${ms} ms; reads of the database: ${reads}`);
    say(`${events.length} events: ${events.join(', ')}`);
    const isOneLoad = events.join() === oneLoad.join();
    return {
      expected: `paid in the state in under ${mostMs / 1000} s, by one read and one load, no poll`,
      seen: `${await statusOf(handle)} after ${ms} ms; reads: ${reads}, ${events.length} events: ${isOneLoad ? 'one load' : 'more than one load'}`,
      ok: ms < mostMs && reads === 1 && isOneLoad,
    };
  },
};

async function statusOf(handle: StatefulHandle<InvoicedCustomerData>): Promise<string | undefined> {
  return (await handle.data())?.invoices.find(({ id }) => id === invoiceId)?.status;
}

/** Whether a worker waits in the watch, and did not only get it assigned. */
async function isWatched({ temporal }: StatefulHandle<InvoicedCustomerData>): Promise<boolean> {
  const { raw } = await temporal.describe();
  return raw.pendingActivities?.some(({ lastStartedTime }) => lastStartedTime != null) ?? false;
}
