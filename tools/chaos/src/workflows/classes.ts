import { postgres, entity } from '@stateful-workflow/adapter-postgres/workflow';
import { rest } from '@stateful-workflow/adapter-rest/workflow';
import { type Cycle, defineSchema, many, StatefulWorkflow } from '@stateful-workflow/core/workflow';
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Change, Report } from '../journal';

/** Reports each record that changed, by its version, in the order in which its workflow learnt of them. */
export abstract class Reporting extends StatefulWorkflow {
  // So that runs continue as new by themselves, too.
  override readonly maxHistoryEvents = 300;
  /** The entities whose home this is: what it reports. */
  protected abstract readonly reported: readonly string[];

  override async execute({ changes }: Cycle): Promise<void> {
    const reports: Change[] = this.reported.flatMap((entityName) =>
      Object.entries(changes.upserts[entityName] ?? {}).flatMap(([id, fields]) =>
        typeof fields['version'] === 'number'
          ? [{ key: `${entityName} ${id}`, version: fields['version'] }]
          : [],
      ),
    );
    if (reports.length === 0) return;
    const { report } = proxyActivities<{ report: Report }>({ startToCloseTimeout: '5 seconds' });
    await report(workflowInfo().firstExecutionRunId, reports);
  }
}

export const sources = {
  profile: rest({ path: '/customers/{id}', fedBy: 'CustomersFeed' }),
  tickets: rest({ path: '/customers/{id}/tickets', items: 'items' }),
  invoices: postgres({
    connection: 'billing',
    table: { name: 'invoices', key: 'id', where: { customer_id: entity.id } },
  }),
};

/** A customer with its tickets, which have workflows of their own, and its invoices, which have none. */
export abstract class Customer extends Reporting {
  override readonly schema = defineSchema({
    Customer: { relations: { tickets: many('Ticket'), invoices: many('Invoice') } },
    Ticket: {},
    Invoice: {},
  });
  override readonly managedPaths = { tickets: true };
  override readonly refresh = { every: '1 second', watch: true };
  protected override readonly reported = ['Customer', 'Invoice'];
}

/** A ticket: its customer tells it what it is. */
export class Ticket extends Reporting {
  override readonly schema = { Ticket: {} };
  protected override readonly reported = ['Ticket'];
}

export const feed = {
  name: 'CustomersFeed',
  source: rest({
    path: '/customers',
    items: 'items',
    pagination: { type: 'page', size: 5, hasMore: 'hasMore' },
    incremental: { field: 'updatedAt', param: 'since' },
  }),
  refresh: { every: '2 seconds' },
  sweep: { every: '8 seconds' },
  reportEvery: '2 seconds',
} as const;
