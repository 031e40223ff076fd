import { Context } from '@temporalio/activity';
import type { Collection } from './collection';

/** The activities of a feed that is written by hand. */
export interface DeliveryByHandActivities {
  /** Delivers what changed since a version, 20 at a time. @returns the version that it has come to */
  deliverChanged(since: number): Promise<number>;
}

const atATime = 20;

/** A loop of signal with start over what changed, some at a time. */
export function deliveryByHandActivities(collection: Collection): DeliveryByHandActivities {
  return {
    async deliverChanged(since) {
      const { client, info } = Context.current();
      const { records, version } = await collection.changed(since);
      const waiting = records.values();
      const work = async (): Promise<void> => {
        for (const record of waiting)
          await client.workflow.signalWithStart('HandFedTicketWorkflow', {
            workflowId: `HandFedTicket-${record.id}`,
            taskQueue: info.taskQueue,
            args: [{ id: record.id }],
            signal: 'update',
            signalArgs: [{ entityName: 'HandFedTicket', data: record }],
          });
      };
      await Promise.all(Array.from({ length: atATime }, work));
      return version;
    },
  };
}
