import { defineQuery, setHandler } from '@temporalio/workflow';
import { defineWorkflow, StatefulWorkflow } from '../../src/workflow';
import { deskSchema, type TicketData } from './hierarchy';

/** Says what its code sees of any entity. */
class ViewingDesk extends StatefulWorkflow {
  override readonly schema = deskSchema;

  override setup(): void {
    setHandler(defineQuery<unknown, [string, string]>('seen'), (name, id) => {
      const seen = this.dataOf<TicketData>(name, id);
      return { seen, isData: (seen as unknown) === this.data };
    });
  }
}
export const ViewingDeskWorkflow = defineWorkflow(ViewingDesk);
