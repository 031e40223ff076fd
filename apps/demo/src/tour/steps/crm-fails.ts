import { until } from '../../until';
import { loadAttempts } from '../look';
import type { Step } from '../step';

/** The CRM fails for a while. */
export const crmFails: Step = {
  name: 'the CRM fails with 503',
  about:
    'The CRM answers 503 for a while. The adapter calls it transient and retries nothing itself: Temporal does, with its backoff, and shows the attempts in its UI.',
  async run({ stage, say, customer }) {
    const { crm } = stage;
    const workflow = customer('c_1');
    const failed = (): number =>
      crm.requests.slice(from).filter(({ status, path }) => status === 503 && path === '/customers/c_1')
        .length;
    const from = crm.requests.length;
    try {
      crm.behave({ status: 503 });
      crm.patchCustomer('c_1', { plan: 'business' });
      say('The CRM answers 503 from now on; signal refresh');
      await workflow.temporal.signal('refresh');
      await until('the CRM has failed two attempts', () => failed() >= 2);
      const { raw } = await workflow.temporal.describe();
      for (const { attempt, activityType, lastFailure } of raw.pendingActivities ?? [])
        say(`pending: ${activityType?.name}, attempt ${attempt}; last failure: ${lastFailure?.message}`);
    } finally {
      crm.behaveNormally();
    }
    say('The CRM is back');
    await until('c_1 has the change', async () => (await workflow.data())?.plan === 'business');
    const { status } = await workflow.status();
    const attempts = Math.max(...(await loadAttempts(workflow)).slice(-4).map(({ attempt }) => attempt));
    return {
      expected: 'Temporal retries until the CRM is back; nothing lost',
      seen: `${failed()} × 503, the change in attempt ${attempts}; status ${status}`,
      ok: failed() >= 2 && attempts >= 3 && status === 'running',
    };
  },
};
