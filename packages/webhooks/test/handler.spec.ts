import { randomUUID } from 'node:crypto';
import { sealToken, StatefulClient } from '@stateful-workflow/core/client';
import { customSecrets, Keyring } from '@stateful-workflow/core/secrets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { github, stripe, type WebhookEvent } from '../src/index';
import { signed } from '../src/testing';
import {
  changingSecrets,
  CRM,
  type CrmEvent,
  event,
  eventually,
  expectNoSecrets,
  FORMER,
  SECRET,
  TestEnvironment,
  together,
  told,
  unsigned,
} from './support/environment';
import { BusyCustomerWorkflow } from './workflows';

describe('createWebhookHandler()', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  it('has the workflow of the entity load what is true by now', async () => {
    const { handler, reports } = env.handler();
    const id = await env.customer();
    env.records.set(id, { name: 'Countess' });
    expect(await told(await handler(await event(id, { id: 'evt_1' })))).toEqual({
      status: 200,
      outcome: 'accepted',
    });
    await eventually(async () =>
      expect(await env.customers.get(id).data()).toMatchObject({ name: 'Countess' }),
    );
    expect(reports).toEqual([
      {
        outcome: 'accepted',
        status: 200,
        from: CRM,
        durationMs: expect.any(Number),
        id: 'evt_1',
        type: 'customer.updated',
        workflowIds: [`Customer-${id}`],
      },
    ]);
  });

  it('drops a double, once the first was accepted', async () => {
    let isDown = true;
    const { handler } = env.handler({
      target({ body }) {
        if (isDown) throw new Error('the directory of customers is down');
        return { id: body.data.id };
      },
    });
    const id = await env.customer();
    const send = async () => told(await handler(await event(id, { id: 'evt_twice' })));
    expect(await send()).toEqual({ status: 500, outcome: 'failed' });
    isDown = false;
    expect(await send()).toEqual({ status: 200, outcome: 'accepted' });
    expect(await send()).toEqual({ status: 200, outcome: 'duplicate' });
    expect(await env.refreshes(id)).toBe(1);
  });

  it('remembers as many doubles as it is told, and for as long', async () => {
    const { handler } = env.handler({ maxRemembered: 1, gatherMs: 0 });
    const id = await env.customer();
    const outcomes: string[] = [];
    for (const name of ['evt_1', 'evt_1', 'evt_2', 'evt_1'])
      outcomes.push((await told(await handler(await event(id, { id: name })))).outcome);
    expect(outcomes).toEqual(['accepted', 'duplicate', 'accepted', 'accepted']);
  });

  it('takes an id that is not signed for a double only together with its body', async () => {
    const { handler } = env.handler({ scheme: github(), target: ({ body }) => ({ id: body.data.id }) });
    const [one, other] = [await env.customer(), await env.customer()];
    const send = async (id: string) =>
      (await told(await handler(await signed(unsigned(id), github(), SECRET, { id: 'delivery-1' })))).outcome;
    expect(await send(one)).toBe('accepted');
    // Else who has seen one request could have the next event of anybody dropped.
    expect(await send(other)).toBe('accepted');
    expect(await send(one)).toBe('duplicate');
  });

  it('gives target what is proven, with ids that JavaScript would round', async () => {
    const seen: WebhookEvent[] = [];
    const { handler } = env.handler({ scheme: stripe(), target: (one) => void seen.push(one) });
    const body = '{"id":"evt_1","type":"order.paid","order":9007199254740993,"__proto__":{"id":"c_1"}}';
    const request = new Request('https://app.example.com/', {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
    });
    expect(await told(await handler(await signed(request, stripe(), SECRET)))).toEqual({
      status: 200,
      outcome: 'ignored',
    });
    expect(seen).toMatchObject([{ id: 'evt_1', type: 'order.paid', body: { order: '9007199254740993' } }]);
    expect(Object.getPrototypeOf(seen[0]?.body)).toBe(Object.prototype);
    expect(({} as { id?: string }).id).toBeUndefined();
  });

  it('ignores and counts events that concern no entity', async () => {
    const { handler, reports } = env.handler();
    const request = await signed(unsigned('i_1', { type: 'invoice.paid' }), env.scheme, SECRET);
    expect(await told(await handler(request))).toEqual({ status: 200, outcome: 'ignored' });
    expect(reports).toMatchObject([{ outcome: 'ignored', type: 'invoice.paid' }]);
  });

  it('has several workflows load where an event is about several', async () => {
    const ids = [await env.customer(), await env.customer()];
    const { handler } = env.handler({ target: () => [...ids.map((id) => ({ id })), { id: 'c_nobody' }] });
    expect((await told(await handler(await event('')))).outcome).toBe('accepted');
    for (const id of ids) expect(await env.refreshes(id)).toBe(1);
  });

  describe('where it names sources', () => {
    const customer = async (): Promise<string> => {
      const id = `c_${randomUUID().slice(0, 8)}`;
      env.records.set(id, { name: 'Ada' });
      await new StatefulClient(env.client, {
        workflow: BusyCustomerWorkflow,
        taskQueue: env.taskQueue,
        entityName: 'Customer',
      }).ensure({ id });
      return id;
    };
    const options = { workflow: BusyCustomerWorkflow, entityName: 'Customer', gatherMs: 0 };
    const loadsOf = (id: string): string[] => env.loads.filter((one) => one.endsWith(id)).sort();

    it('has the workflow ask those alone, also where it would have started it', async () => {
      const id = await customer();
      const before = loadsOf(id);
      for (const start of [undefined, {}]) {
        const target = () => ({ id, sources: ['profile'], ...(start && { start }) });
        const { handler } = env.handler({ ...options, target });
        expect((await told(await handler(await event(id)))).outcome).toBe('accepted');
        before.push(`profile of ${id}`);
        await eventually(() => expect(loadsOf(id)).toEqual(before.toSorted()));
      }
    });

    it('has it ask all that two events name which it hears of together', async () => {
      const id = await customer();
      const named = ['profile', 'orders', 'profile', 'orders'];
      const target = together(named.length, ({ id: event }) => ({
        id,
        sources: named.slice(Number(event), Number(event) + 1),
      }));
      const { handler } = env.handler({ ...options, target, timeoutMs: 60_000 });
      const requests = await Promise.all(named.map((_, i) => event(id, { id: String(i) })));
      const before = loadsOf(id).length;
      await Promise.all(requests.map((request) => handler(request)));
      // One source for the first, and both for the others.
      expect(await env.refreshes(id)).toBe(2);
      await eventually(() => expect(loadsOf(id)).toHaveLength(before + 3));
    });

    it.each<[string, unknown, RegExp]>([
      ['that there are not', ['profile', 'invoices'], /sources: names "invoices".*profile, orders/],
      ['as what is no list', 'profile', /sources: is not a list/],
      ['and there are none', [], /sources: is not a list/],
    ])('%s, that fails: the workflow would refuse it unheard', async (_, sources, line) => {
      const { handler, lines } = env.handler({ ...options, target: () => ({ id: 'c_1', sources }) as never });
      expect(await told(await handler(await event('c_1')))).toEqual({ status: 500, outcome: 'failed' });
      expect(lines.join()).toMatch(line);
    });
  });

  describe('where there is no workflow', () => {
    it('says so with 200: to try again would not help', async () => {
      const { handler, reports } = env.handler();
      const id = `c_${randomUUID()}`;
      expect(await told(await handler(await event(id)))).toEqual({ status: 200, outcome: 'unknown' });
      expect(reports).toMatchObject([{ outcome: 'unknown', workflowIds: [`Customer-${id}`] }]);
      // It may be there the next time.
      env.records.set(id, { name: 'Ada' });
      await env.customers.ensure({ id });
      expect((await told(await handler(await event(id)))).outcome).toBe('accepted');
    });

    it('starts it where target says how, and once', async () => {
      const { handler } = env.handler({ target: ({ body }) => ({ id: body.data.id, start: {} }) });
      const id = `c_${randomUUID()}`;
      env.records.set(id, { name: 'Grace' });
      const sent = await Promise.all(['1', '2', '3'].map(async (n) => handler(await event(id, { id: n }))));
      for (const answer of sent) expect((await told(answer)).outcome).toBe('accepted');
      await eventually(async () =>
        expect(await env.customers.get(id).data()).toMatchObject({ name: 'Grace' }),
      );
      await handler(await event(id, { id: '4' }));
      const { type, runId } = await env.customers.get(id).temporal.describe();
      expect(type).toBe('CustomerWorkflow');
      expect((await env.client.workflow.getHandle(`Customer-${id}`, runId).describe()).status.name).toBe(
        'RUNNING',
      );
    });

    it('leaves one alone that has run and ended', async () => {
      const id = await env.customer();
      const { handler } = env.handler({ target: ({ body }) => ({ id: body.data.id, start: {} }) });
      // Known to run, and then not.
      expect((await told(await handler(await event(id)))).outcome).toBe('accepted');
      await env.customers.get(id).complete();
      await env.customers.get(id).result();
      for (const { handler: any } of [
        { handler },
        env.handler(),
        env.handler({ target: () => ({ id, start: {} }) }),
      ])
        expect(await told(await any(await event(id)))).toEqual({ status: 200, outcome: 'unknown' });
      expect((await env.customers.get(id).temporal.describe()).status.name).toBe('COMPLETED');
    });

    it('sends nothing to a workflow of another type that has the id', async () => {
      const id = `c_${randomUUID()}`;
      const foreign = await env.client.workflow.start('ForeignWorkflow', {
        workflowId: `Customer-${id}`,
        taskQueue: env.taskQueue,
      });
      for (const start of [undefined, {}]) {
        const { handler, lines } = env.handler({ target: () => ({ id, ...(start && { start }) }) });
        expect(await told(await handler(await event(id)))).toEqual({ status: 200, outcome: 'unknown' });
        expect(lines.join()).toContain(`"Customer-${id}" is a ForeignWorkflow and no CustomerWorkflow`);
      }
      await foreign.signal('end');
      expect(await foreign.result()).toBe(0);
    });
  });

  describe('rotation', () => {
    it('takes either of two secrets, and after that only the new one', async () => {
      const id = await env.customer();
      const secrets = changingSecrets({ CRM_HOOK: SECRET, CRM_HOOK_BEFORE: FORMER });
      const heard = env.handler({
        secret: ['secret:CRM_HOOK', 'secret:CRM_HOOK_BEFORE'],
        secrets: [secrets],
      });
      const by = async (secret: string) => told(await heard.handler(await event(id, {}, secret)));
      expect((await by(SECRET)).outcome).toBe('accepted');
      expect((await by(FORMER)).outcome).toBe('accepted');
      secrets.values.delete('CRM_HOOK_BEFORE');
      expect((await by(SECRET)).outcome).toBe('accepted');
      expect(await by(FORMER)).toEqual({ status: 401, outcome: 'refused' });
      expectNoSecrets(heard);
    });

    it('follows the store without a restart, also where a provider keeps secrets', async () => {
      const id = await env.customer();
      let value = FORMER;
      let asked = 0;
      const store = customSecrets({
        name: 'a store',
        cacheMs: 3_600_000,
        get: () => {
          asked++;
          return { value, origins: [CRM] };
        },
      });
      const { handler } = env.handler({ secrets: [store] });
      const by = async (secret: string) => (await told(await handler(await event(id, {}, secret)))).status;
      expect(await by(FORMER)).toBe(200);
      value = SECRET;
      expect(await by(SECRET)).toBe(200);
      expect(await by(FORMER)).toBe(401);
      // Strangers do not have the store asked each time.
      for (let i = 0; i < 20; i++) expect(await by(FORMER)).toBe(401);
      expect(asked).toBe(2);
    });

    it('opens a sealed secret, for the origin and type that it is sealed for', async () => {
      const id = await env.customer();
      const keyring = new Keyring({ primary: 'k', keys: { k: Buffer.alloc(32, 7).toString('base64') } });
      const by = async (origin: string, workflowTypes: string[]) => {
        const secret = sealToken(SECRET, { keyring, origins: [origin], workflowTypes });
        const heard = env.handler({ secret, secrets: [], encryption: { keyring } });
        const answer = await told(await heard.handler(await event(id)));
        expectNoSecrets(heard, answer);
        return answer.outcome;
      };
      expect(await by(CRM, ['CustomerWorkflow'])).toBe('accepted');
      expect(await by('https://elsewhere.example.com', ['CustomerWorkflow'])).toBe('failed');
      expect(await by(CRM, ['OrderWorkflow'])).toBe('failed');
    });
  });

  describe('secrets that cannot be used', () => {
    it.each([
      ['is missing', {}, 500, 'secret:CRM_HOOK was not found'],
      ['is empty', { CRM_HOOK: '' }, 500, 'secret:CRM_HOOK is empty'],
      ['is malformed', { CRM_HOOK: 'whsec_!' }, 500, 'cannot sign with one of the secrets'],
    ])('fails where it %s, so that the sender tries again', async (_, values, status, line) => {
      const heard = env.handler({ secrets: [changingSecrets(values)] });
      const answer = await told(await heard.handler(await event('c_1')));
      expect(answer).toEqual({ status, outcome: 'failed' });
      expect(heard.lines.join()).toContain(line);
      expectNoSecrets(heard, answer);
    });

    it('is unavailable where the store is, and says nothing of what it said', async () => {
      const id = await env.customer();
      const broken = { name: 'a store', get: () => Promise.reject(new Error(`${SECRET} is cursed`)) };
      const heard = env.handler({ secrets: [broken] });
      const answer = await heard.handler(await event(id));
      expect(answer.headers.get('retry-after')).toBe('10');
      expect(await told(answer)).toEqual({ status: 503, outcome: 'unavailable' });
      expectNoSecrets(heard);
    });
  });

  it('takes no more requests at a time than it is told', async () => {
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const { handler } = env.handler({ maxRequests: 1, target: () => gate.then(() => undefined) });
    const first = handler(await event('c_1'));
    const second = await handler(await event('c_2'));
    expect(second.headers.get('retry-after')).toBe('10');
    expect(await told(second)).toEqual({ status: 503, outcome: 'busy' });
    open();
    expect((await told(await first)).outcome).toBe('ignored');
    expect((await told(await handler(await event('c_3')))).outcome).toBe('ignored');
  });

  it('goes on where the application throws', async () => {
    const target = (one: WebhookEvent<CrmEvent>) => ({ id: Number(one.body.data.id) as unknown as string });
    const { handler, lines } = env.handler({
      target,
      onEvent() {
        throw new Error('the metrics are down');
      },
    });
    expect(await told(await handler(await event('42')))).toEqual({ status: 500, outcome: 'failed' });
    expect(lines.join()).toContain('target: id: is not a text');
    expect(lines.join()).toContain('onEvent threw: Error: the metrics are down');
  });
});
