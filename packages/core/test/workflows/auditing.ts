import { defineQuery, setHandler } from '@temporalio/workflow';
import { type Cycle, defineSchema, defineWorkflow, many, typed, workflowClass } from '../../src/workflow';
import { scripted } from './sources';

/** By their types alone: nothing of it is there when the code runs. */
export const auditedSchema = defineSchema({
  Customer: {
    fields: typed<{ id: string; name: string; plan: string }>(),
    relations: { contacts: many('Contact') },
  },
  Contact: { fields: typed<{ id: string; name: string }>() },
});

/** A second kind of workflow for customers, whose class says what the root entity is. */
class Auditing extends workflowClass({
  schema: auditedSchema,
  entityName: 'Customer',
  sources: { profile: scripted('profile') },
}) {
  readonly plans: string[] = [];

  override setup(): void {
    setHandler(defineQuery('plans'), () => this.plans);
  }

  override async execute({ changes, before }: Cycle<typeof auditedSchema>): Promise<void> {
    const plan = changes.upserts.Customer?.[this.id]?.plan;
    if (plan !== undefined) this.plans.push(`${before('Customer', this.id)?.plan ?? 'none'} to ${plan}`);
  }
}

export const AuditingWorkflow = defineWorkflow(Auditing);
