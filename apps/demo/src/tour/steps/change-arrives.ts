import { until } from '../../until';
import type { Step } from '../step';

/** A change at the CRM arrives by itself. */
export const changeArrives: Step = {
  name: 'a change at the CRM',
  about:
    'Somebody changes the plan of a customer at the CRM. The workflow looks every 3 seconds; its execute() adds the plan to a list of its own, next to the fields of the CRM.',
  async run({ stage, say, customer }) {
    const before = stage.crm.customer('c_1').plan;
    say(`PATCH /customers/c_1 { "plan": "enterprise" }   (it was ${before})`);
    const changed = performance.now();
    stage.crm.patchCustomer('c_1', { plan: 'enterprise' });
    const data = await until('c_1 has the new plan and has run execute()', async () => {
      const now = await customer('c_1').data();
      return now?.plan === 'enterprise' && now.plans?.length === 2 && now;
    });
    const plans = data.plans?.join(' → ') ?? '';
    return {
      expected: `in the state within seconds, plans: ${before} → enterprise`,
      seen: `after ${((performance.now() - changed) / 1000).toFixed(1)} s, plans: ${plans}`,
      ok: plans === `${before} → enterprise`,
    };
  },
};
