import { isDeepStrictEqual } from 'node:util';
import { until } from '../../until';
import { runId } from '../look';
import type { Step } from '../step';

/** The token is revoked, and later rotated by a signal. */
export const tokenRotated: Step = {
  name: 'the token revoked, then rotated',
  about:
    'The CRM revokes the token. The workflow keeps its last good state, says that it is unauthorized and does not send the refused token again. A signal names the new credential, and it goes on where it was.',
  async run({ stage, say, customer }) {
    const { crm, secrets } = stage;
    const workflow = customer('c_1');
    const run = await runId(workflow);
    const before = { data: await workflow.data(), token: await workflow.apiToken() };

    say('The CRM revokes CRM_TOKEN; a customer changes there meanwhile');
    crm.revokeToken(secrets.CRM_TOKEN);
    crm.revokeToken(secrets.CRM_TOKEN_NEXT);
    crm.patchCustomer('c_1', { city: 'Sydney' });
    await workflow.temporal.signal('refresh');
    await until('c_1 is unauthorized', async () => (await workflow.status()).status === 'unauthorized');
    const kept = isDeepStrictEqual(await workflow.data(), before.data);
    const { profile } = await workflow.sources();
    say(`status unauthorized: ${profile?.lastError?.message}`);

    say(`The CRM lets CRM_TOKEN_NEXT in; signal apiToken 'secret:CRM_TOKEN_NEXT'`);
    crm.addToken(secrets.CRM_TOKEN_NEXT);
    await workflow.temporal.signal('apiToken', 'secret:CRM_TOKEN_NEXT');
    await until('c_1 runs again, with the change', async () => {
      const [{ status }, data] = [await workflow.status(), await workflow.data()];
      return status === 'running' && data?.city === 'Sydney';
    });
    // The others that load from this CRM get it as well, by the update, which answers with the load.
    const { outcome } = await customer('c_2').rotateToken('secret:CRM_TOKEN_NEXT');

    const token = await workflow.apiToken();
    say(`fingerprint ${before.token?.fingerprint} before, ${token?.fingerprint} now; c_2: ${outcome}`);
    const same = (await runId(workflow)) === run;
    const other = token?.fingerprint !== before.token?.fingerprint;
    return {
      expected: 'unauthorized with the last good state; then running, same run',
      seen: `unauthorized, state ${kept ? 'kept' : 'lost'}; then running, ${same ? 'same' : 'another'} run, ${other ? 'new' : 'old'} fingerprint`,
      ok: kept && same && other && outcome !== 'failed',
    };
  },
};
