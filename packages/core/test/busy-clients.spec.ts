import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestEnvironment } from './support/environment';
import { historiesOf } from './support/history';

/** Twelve clients at a time, each with so many calls: a run of 60 events continues as new many times meanwhile. */
const CLIENTS = 12;
const CALLS = 15;

describe('the typed client, while the workflow continues as new', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  it('has every update and every refresh applied, each once', async () => {
    const customer = await env.loaded('BriefWorkflow');
    const { handle } = customer;
    const failed: string[] = [];
    const call = async (client: number, i: number): Promise<void> => {
      const id = `k_${client}_${i}`;
      try {
        if (i % 3 === 2)
          await (i % 2 ? handle.refresh() : env.workflows('BriefWorkflow').ensure({ id: customer.id }));
        else {
          // A contact that is there already would be no upsert: none of them is sent twice.
          const summary = await handle.update({ entityName: 'Contact', data: { id, name: id } });
          if (summary.upserted !== 1) failed.push(`${id}: ${JSON.stringify(summary)}`);
        }
      } catch (error) {
        failed.push(String(error));
      }
    };
    await Promise.all(
      Array.from({ length: CLIENTS }, async (_, client) => {
        for (let i = 0; i < CALLS; i++) await call(client, i);
      }),
    );
    expect(failed).toEqual([]);
    const contacts = Object.keys((await handle.state())['Contact'] ?? {});
    expect(contacts.filter((id) => id.split('_').length === 3)).toHaveLength((CLIENTS * CALLS * 2) / 3);
    expect((await historiesOf(env.client, handle.workflowId)).length).toBeGreaterThan(5);
    await env.expectNeverWedged(handle.workflowId);
  });
});
