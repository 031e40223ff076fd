import { until } from '../../until';
import { equalsCrm, runId } from '../look';
import type { Step } from '../step';

/** The most signals that are sent in wait of a new run. */
const most = 150;
/** How many more are sent to the new run. */
const more = 5;

/** A workflow continues as new while signals come in. */
export const continueAsNew: Step = {
  name: 'continue-as-new',
  about:
    'A long life needs a new run now and then. This workflow continues as new after 60 events, in the middle of a stream of signals: the run changes, and neither state nor signals are lost.',
  isLong: true,
  async run({ stage, say }) {
    const { crm } = stage;
    const customers = stage.customers('CustomerInShortRunsWorkflow');
    const { handle } = await customers.ensure({
      id: 'c_4',
      apiUrl: crm.url,
      apiToken: 'secret:CRM_TOKEN_NEXT',
    });
    const first = await runId(handle);
    const plans = (await handle.data())?.plans;
    say(`c_4 is loaded, run ${first}; signals { notes: { n1: 1 } }, { notes: { n2: 2 } }, …`);

    let sent = 0;
    const send = async (): Promise<void> => {
      sent += 1;
      const data = { id: 'c_4', notes: { [`n${sent}`]: sent } };
      await handle.temporal.signal('update', { entityName: 'Customer', data });
    };
    while (sent < most && (await runId(handle)) === first) await send();
    for (let i = 0; i < more; i += 1) await send();
    const run = await until('c_4 is in another run', async () => {
      const now = await runId(handle);
      return now !== first && now;
    });
    say(`${sent} signals sent; run ${run}`);

    const kept = async (): Promise<number> =>
      Object.keys(((await handle.state())['Customer']?.['c_4']?.['notes'] ?? {}) as object).length;
    await until('every signal is in the state', async () => (await kept()) >= sent).catch(() => undefined);
    const data = await handle.data();
    const intact = equalsCrm(data, crm) && data?.plans?.length === 1 && data.plans[0] === plans?.[0];
    const notes = await kept();
    return {
      expected: 'another run, the same state, every signal',
      seen: `another run, state ${intact ? 'intact' : 'damaged'}, ${notes} of ${sent} signals`,
      ok: intact && notes === sent,
    };
  },
};
