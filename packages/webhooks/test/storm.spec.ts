import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { event, eventually, TestEnvironment, together, told } from './support/environment';

/** In full with `npm run test:scale`. */
const scale = (full: number, small: number): number => (process.env['TEST_SCALE'] === 'full' ? full : small);

const EVENTS = 2_000;
const ENTITIES = scale(1_000, 20);

describe('a storm of events', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  it('for one entity makes two signals, and what was true at its end is in', async () => {
    const { handler, reports } = env.handler({ timeoutMs: 60_000, target: together(EVENTS) });
    const id = await env.customer();
    const requests = await Promise.all(
      Array.from({ length: EVENTS }, (_, i) => event(id, { id: `evt_${i}` })),
    );
    env.records.set(id, { name: 'after the storm' });
    const answers = await Promise.all(requests.map((request) => handler(request)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(reports.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(EVENTS);
    await eventually(async () =>
      expect(await env.customers.get(id).data()).toMatchObject({ name: 'after the storm' }),
    );
    // The first at once, and all the others after it.
    expect(await env.refreshes(id)).toBe(2);
  });

  it(`for ${ENTITIES} entities reaches each of them`, async () => {
    const { handler } = env.handler({ timeoutMs: 120_000, target: together(EVENTS) });
    const ids: string[] = [];
    while (ids.length < ENTITIES)
      ids.push(...(await Promise.all(Array.from({ length: 20 }, () => env.customer('before')))));
    const requests = await Promise.all(
      Array.from({ length: EVENTS }, (_, i) => event(ids[i % ENTITIES] ?? '', { id: `evt_${i}` })),
    );
    for (const id of ids) env.records.set(id, { name: 'after' });
    const answers = await Promise.all(requests.map(async (request) => told(await handler(request))));
    expect(new Set(answers.map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
    for (const id of ids)
      await eventually(async () =>
        expect(await env.customers.get(id).data()).toMatchObject({ name: 'after' }),
      );
    expect(await env.refreshes(ids[0] ?? '')).toBe(2);
  }, 600_000);
});
