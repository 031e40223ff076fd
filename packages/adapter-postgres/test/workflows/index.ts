import { defineSchema, defineWorkflow, many, StatefulWorkflow } from '@stateful-workflow/core/workflow';
import { entity, postgres } from '../../src/workflow';

class Customer extends StatefulWorkflow {
  override readonly schema = defineSchema({
    Customer: { relations: { invoices: many('Invoice') } },
    Invoice: {},
  });
}

/** Learns of changes by NOTIFY; its interval is so long that nothing else can tell it. */
class Notified extends Customer {
  override readonly sources = {
    invoices: postgres({
      connection: 'db',
      table: { name: 'invoices', key: 'id', where: { customer_id: entity.id }, cursor: 'updated_at' },
      notify: { channel: 'invoices_changed', payload: entity.id },
    }),
  };
  override readonly refresh = { every: '10 minutes', watch: true };
}

/** Looks again and again. */
class Looking extends Customer {
  override readonly sources = {
    invoices: postgres({
      connection: 'db',
      table: {
        name: 'invoices',
        key: 'id',
        columns: ['id', 'v'],
        cursor: { column: 'updated_at', tombstone: 'gone' },
      },
    }),
  };
  override readonly refresh = { every: '1 second', watch: true };
}

export const NotifiedWorkflow = defineWorkflow(Notified, { name: 'NotifiedWorkflow' });
export const LookingWorkflow = defineWorkflow(Looking, { name: 'LookingWorkflow' });
