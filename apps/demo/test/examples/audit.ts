import { type Cycle, defineWorkflow, workflowClass } from '@stateful-workflow/core/workflow';
import { defineQuery, setHandler } from '@temporalio/workflow';
import { schema } from './schema';

class Audit extends workflowClass({ schema, entityName: 'Customer', refresh: { every: '1 day' } }) {
  readonly plans: string[] = [];

  override setup(): void {
    setHandler(defineQuery('plans'), () => this.plans);
  }

  override async execute({ changes }: Cycle<typeof schema>): Promise<void> {
    const { plan } = changes.upserts.Customer?.[this.id] ?? {};
    if (plan) this.plans.push(plan);
  }
}

export const AuditWorkflow = defineWorkflow(Audit);
