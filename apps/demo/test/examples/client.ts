import { StatefulClient } from '@stateful-workflow/core/client';
import type { DataOf } from '@stateful-workflow/core/workflow';
import type { Client } from '@temporalio/client';
import type { schema } from './schema';
import { CustomerWorkflow } from './workflows';

export async function escalate(client: Client): Promise<void> {
  const customers = new StatefulClient(client, { workflow: CustomerWorkflow, taskQueue: 'crm' });
  const customer = customers.get('c_42');
  console.log((await customer.data())?.name, (await customer.dataOf('Ticket', 't_1'))?.subject);
  await customer.update({ entityName: 'Customer', add: { tickets: [{ id: 't_9', subject: 'New' }, 't_3'] } });
}

/** The same where the workflow is known by its type alone. */
export const byName = (client: Client) =>
  new StatefulClient<DataOf<typeof schema, 'Customer'>, typeof schema>(client, {
    workflow: 'CustomerWorkflow',
    taskQueue: 'crm',
  });
