import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Keyring, sealToken } from '../src/client';
import { TestEnvironment } from './support/environment';
import { eventually, eventuallyEqual } from './support/eventually';
import { eventsOf, textOf } from './support/history';
import { ScriptedFault } from './support/scripted-adapter';
import { CRM, CRM_TWO, ELSEWHERE, testSecrets } from './support/secrets';

const TOKEN = 'sealed-canary-4f81d2';
const keyring = new Keyring({ primary: 'k1', keys: { k1: randomBytes(32) } });

describe('a sealed token', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ secrets: [testSecrets()], encryption: { keyring } });
  });
  afterAll(() => env.stop());

  it('is sealed by the client, goes through the workflow unread, and is opened in the load', async () => {
    const customer = env.customer();
    const { handle } = await env
      .workflows('CustomerWorkflow', { seal: { keyring } })
      .ensure({ id: customer.id, apiUrl: CRM, apiToken: { value: TOKEN } });
    expect(customer.profile.looks.map(({ token }) => token)).toEqual([TOKEN]);
    expect(await handle.apiToken()).toEqual({
      reference: expect.stringMatching(/^sealed:/) as string,
      fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
    });
    const next = `${TOKEN}-next`;
    const result = await handle.rotateToken({ value: next, origins: [CRM] });
    expect(result.outcome).toBe('unchanged');
    expect(customer.profile.looks.at(-1)?.token).toBe(next);
    expect(textOf(await eventsOf(env.client, handle.workflowId))).not.toContain(TOKEN);
  });

  it('is for the origins that the client names, whatever the address of the workflow', async () => {
    const customer = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
    const sealing = env.workflows('CustomerWorkflow', { seal: { keyring, origins: [CRM_TWO] } });
    const result = await sealing.get(customer.id).rotateToken({ value: TOKEN });
    expect(result.outcome).toBe('failed');
    expect(Object.values(result.errors ?? {}).join()).toContain(`not bound to ${CRM}`);
    expect(await customer.handle.status()).toMatchObject({ status: 'unauthorized' });
    await customer.handle.setApiUrl(CRM_TWO);
    await eventuallyEqual(async () => (await customer.handle.status()).status, 'running');
    expect(customer.profile.looks.at(-1)?.token).toBe(TOKEN);
  });

  it('that cannot be opened makes the workflow wait for another, after one attempt', async () => {
    const other = new Keyring({ primary: 'k2', keys: { k2: randomBytes(32) } });
    const expired = sealToken(TOKEN, { keyring, origins: [CRM], expiresAt: new Date(0) });
    const good = sealToken(TOKEN, { keyring, origins: [CRM] });
    for (const [reference, reason] of [
      [sealToken(TOKEN, { keyring: other, origins: [CRM] }), 'sealed with the key "k2"'],
      [sealToken(TOKEN, { keyring, origins: [CRM], namespace: 'other' }), 'for the namespace "other"'],
      [expired, 'has expired on 1970-01-01'],
      [`${good.slice(0, -8)}AAAAAAAA`, 'does not open with the key "k1"'],
    ] as const) {
      const customer = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: reference });
      const { status, sources } = await customer.handle.status();
      expect(status).toBe('unauthorized');
      expect(sources['profile']?.lastError?.message).toContain(reason);
      expect(customer.profile.looks).toEqual([]);
      const events = await eventsOf(env.client, customer.handle.workflowId);
      const attempts = events.flatMap(
        ({ activityTaskStartedEventAttributes: started }) => started?.attempt ?? [],
      );
      expect(attempts.every((attempt) => attempt === 1)).toBe(true);
      await customer.handle.rotateToken(good);
      expect(await customer.handle.status()).toMatchObject({ status: 'running' });
    }
  });

  it.each([
    [{ value: TOKEN }, {}, 'this client has no keyring'],
    [{ value: TOKEN }, { seal: { keyring } }, 'origins: is empty'],
    [TOKEN, { seal: { keyring } }, 'is not a credential reference'],
  ])('is not made of %j by a client with %j', async (token, tokens, reason) => {
    const customer = await env.loaded();
    const handle = env.workflows('CustomerWorkflow', tokens).get(customer.id);
    const rotated = handle.rotateToken(token as { value: string });
    await expect(rotated).rejects.toThrow(reason);
    await expect(rotated).rejects.not.toThrow(TOKEN);
    expect(textOf(await eventsOf(env.client, handle.workflowId))).not.toContain(TOKEN);
  });
});

describe('a secret that is rotated at its provider', () => {
  it('is used by the next attempt of a load that is in flight, without a signal', async () => {
    const secrets = testSecrets();
    const env = await TestEnvironment.start({ secrets: [secrets] });
    try {
      const customer = env.customer();
      const gate = customer.profile.hold();
      customer.profile.faults.push(new ScriptedFault('transient'));
      await env.workflows().start({ id: customer.id, apiUrl: CRM, apiToken: 'secret:FIRST' });
      await gate.reached;
      secrets.values.set('FIRST', 'rotated-token');
      gate.release();
      await eventually(async () => expect(await customer.handle.data()).toMatchObject({ name: 'Ada' }));
      expect(customer.profile.looks.map(({ token }) => token)).toEqual([
        'first-token-7e1f4c',
        'rotated-token',
      ]);
    } finally {
      await env.stop();
    }
  });

  it('is asked for anew when an API has refused it', async () => {
    const forgotten: string[] = [];
    const provider = { ...testSecrets(), forget: (name: string) => void forgotten.push(name) };
    const env = await TestEnvironment.start({ secrets: [provider] });
    try {
      const customer = env.customer();
      customer.profile.faults.push(new ScriptedFault('unauthorized'));
      await env.workflows().ensure({ id: customer.id, apiUrl: CRM, apiToken: 'secret:FIRST' });
      expect(forgotten).toEqual(['FIRST']);
      expect(await customer.handle.status()).toMatchObject({ status: 'unauthorized' });
    } finally {
      await env.stop();
    }
  });

  it('that cannot be looked up for a while is retried by Temporal', async () => {
    const secrets = testSecrets();
    let broken = true;
    const provider = {
      ...secrets,
      get: (name: string) => {
        if (!broken) return secrets.get(name);
        broken = false;
        throw Object.assign(new Error(TOKEN), { code: 'EIO' });
      },
    };
    const env = await TestEnvironment.start({ secrets: [provider] });
    try {
      const customer = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
      expect(await customer.handle.status()).toMatchObject({ status: 'running' });
      expect(textOf(await eventsOf(env.client, customer.handle.workflowId))).not.toContain(TOKEN);
    } finally {
      await env.stop();
    }
  });
});

describe('a secret that is misbound', () => {
  it('is refused after one attempt, with the reason', async () => {
    const env = await TestEnvironment.start({ secrets: [testSecrets()] });
    try {
      const customer = await env.loaded('CustomerWorkflow', { apiUrl: ELSEWHERE, apiToken: 'secret:FIRST' });
      const { status, sources } = await customer.handle.status();
      expect(status).toBe('unauthorized');
      expect(sources['profile']?.lastError).toMatchObject({ kind: 'unauthorized', failures: 1 });
      expect(sources['profile']?.lastError?.message).toContain(`secret:FIRST is not bound to ${ELSEWHERE}`);
    } finally {
      await env.stop();
    }
  });
});
