import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { logged, TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';
import { eventsOf, textOf } from './support/history';
import { CRM, testSecrets } from './support/secrets';

const TOKEN = 'plain-canary-5b20e7';

describe('a token in plaintext', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ secrets: [testSecrets()] });
  });
  afterAll(() => env.stop());
  beforeEach(() => {
    logged.length = 0;
  });

  it.each([
    ['start()', () => env.workflows().start({ id: 'x', apiToken: TOKEN as 'secret:X' })],
    ['ensure()', () => env.workflows().ensure({ id: 'x', apiToken: TOKEN as 'secret:X' })],
    [
      'rotateToken()',
      () =>
        env
          .workflows()
          .get('x')
          .rotateToken(TOKEN as 'secret:X'),
    ],
  ])('is not sent by %s of the typed client', async (_, send) => {
    await expect(send()).rejects.toMatchObject({ code: 'CREDENTIAL_PLAINTEXT' });
    await expect(send()).rejects.not.toThrow(TOKEN);
  });

  it('is rejected by the update before it reaches the history', async () => {
    const { handle } = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
    const sent = handle.temporal.executeUpdate('rotateToken', { args: [TOKEN] });
    await expect(sent).rejects.toMatchObject({ cause: { type: 'CREDENTIAL_PLAINTEXT' } });
    expect(textOf(await eventsOf(env.client, handle.workflowId))).not.toContain(TOKEN);
    expect(await handle.apiToken()).toMatchObject({ reference: 'secret:FIRST' });
  });

  it('is dropped as a signal and at start, counted, and explained without being repeated', async () => {
    const id = env.customer().id;
    const raw = await env.startRaw({ id, apiUrl: CRM, apiToken: TOKEN });
    await raw.signal('apiToken', TOKEN);
    await eventually(async () => expect(await raw.query('rejectedSignals')).toMatchObject({ count: 2 }));
    const report = JSON.stringify(await raw.query('rejectedSignals'));
    expect(report).toContain('a plaintext token must not enter a workflow');
    expect(report).not.toContain(TOKEN);
    expect(await raw.query('apiToken')).toBeNull();
    expect(logged.join()).not.toContain(TOKEN);
  });

  it('of a workflow that allows it is not used by a worker that does not', async () => {
    const customer = await env.loaded('OutspokenWorkflow');
    await customer.handle.setApiUrl(CRM);
    const result = await env
      .workflows('OutspokenWorkflow', { allowPlaintextTokens: true })
      .get(customer.id)
      .rotateToken(TOKEN as 'secret:X');
    expect(result.outcome).toBe('failed');
    expect(JSON.stringify(result)).toContain('is not sent');
    expect(JSON.stringify(result)).not.toContain(TOKEN);
    expect(await customer.handle.status()).toMatchObject({ status: 'unauthorized' });
  });
});

describe('allowPlaintextTokens, in workflow, worker and client', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ secrets: [testSecrets()], allowPlaintextTokens: true });
  });
  afterAll(() => env.stop());

  it('uses a token as it is, warns in log and `sources`, and shows it nowhere else', async () => {
    logged.length = 0;
    const customer = env.customer();
    const { handle, result } = await env
      .workflows('OutspokenWorkflow', { allowPlaintextTokens: true })
      .ensure({ id: customer.id, apiUrl: CRM, apiToken: TOKEN as 'secret:X' });
    expect(result.outcome).toBe('changed');
    expect(customer.profile.looks.map(({ token }) => token)).toEqual([TOKEN]);
    const sources = await handle.sources();
    expect(sources['profile']?.warning).toContain('stands in plaintext');
    expect(await handle.apiToken()).toMatchObject({ reference: 'plaintext' });
    // The workflow says so, and each of its loads.
    await eventually(() =>
      expect(logged.filter((line) => line.includes('stands in plaintext')).length).toBeGreaterThan(2),
    );
    expect(logged.join()).not.toContain(TOKEN);
    await handle.rotateToken('secret:FIRST');
    expect((await handle.sources())['profile']?.warning).toBeUndefined();
  });
});
