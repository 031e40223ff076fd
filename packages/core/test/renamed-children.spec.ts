import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StatefulHandle } from '../src/client';
import type { TicketData } from './workflows/hierarchy';
import { TestDesk } from './support/desk';
import { TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';
import { bundleOf } from './support/stages';

describe('a class that comes to call its children otherwise', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ started: false });
  });
  afterAll(() => env.stop());

  const deploy = async (stage: string): Promise<void> => {
    await env.stopWorkers();
    await env.startWorker(undefined, { workflowBundle: await bundleOf(stage) });
  };

  /** A desk with one ticket, which has a number besides its id. */
  const begun = async (): Promise<TestDesk> => {
    await deploy('before');
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a', { number: `1-${desk.id}` })];
    await desk.start('UpgradingDeskWorkflow');
    await desk.settled('a');
    return desk;
  };

  /** Has the desk's run end, so that the next one works by the class as it is now. */
  const rolled = async (desk: TestDesk): Promise<void> => {
    const { runId } = await desk.handle.temporal.describe();
    await desk.handle.roll();
    await eventually(async () => expect((await desk.handle.temporal.describe()).runId).not.toBe(runId));
  };

  const namesOf = async (desk: TestDesk): Promise<string[]> =>
    (await desk.handle.children()).map(({ workflowId, status }) => `${workflowId} ${status}`);

  const firstRunOf = async ({ temporal }: StatefulHandle): Promise<string | null | undefined> =>
    (await temporal.describe()).raw.workflowExecutionInfo?.firstRunId;

  it.each([
    ['children are named after their parent', (desk: TestDesk) => `Ticket-${desk.idOf('b')}-${desk.id}`],
    ['children are called otherwise', (desk: TestDesk) => `Case-${desk.idOf('b')}`],
    ['children get their id from another field', (desk: TestDesk) => `Ticket-2-${desk.id}`],
  ])('keeps those that there are, and has others called so: %s', async (stage, nameOfNext) => {
    const desk = await begun();
    const first = await firstRunOf(desk.ticket('a'));
    await deploy(stage);
    await rolled(desk);
    desk.source.records = [
      ...desk.source.records,
      desk.record('b', { title: 'next', number: `2-${desk.id}` }),
    ];
    expect((await desk.handle.refresh()).errors).toBeUndefined();
    const names = [`${desk.ticket('a').workflowId} running`, `${nameOfNext(desk)} running`];
    await eventually(async () => expect(await namesOf(desk)).toEqual(names));
    // The run after that has nothing to adapt.
    await rolled(desk);
    const id = desk.idOf('a');
    await desk.ticket('a').update({ entityName: 'Ticket', data: { id, note: 'below' } });
    await desk.handle.update({ entityName: 'Ticket', data: { id, title: 'above' } });
    await desk.holds('a', { title: 'above', note: 'below' });
    await eventually(async () =>
      expect(await desk.handle.data()).toMatchObject({
        tickets: [{ title: 'above', note: 'below' }, { title: 'next' }],
      }),
    );
    expect(await namesOf(desk)).toEqual(names);
    expect(await firstRunOf(desk.ticket('a'))).toBe(first);
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  it('lets them go where their items have become another entity', async () => {
    const desk = await begun();
    await deploy('a path leads to another entity');
    await rolled(desk);
    const name = `Case-${desk.idOf('a')}`;
    await eventually(async () => expect(await namesOf(desk)).toEqual([`${name} running`]));
    const next = new StatefulHandle<TicketData>(env.client, name);
    await eventually(async () => expect(await next.data()).toMatchObject({ title: 'a' }));
    await eventually(async () => expect(await desk.ticket('a').ancestors()).toEqual([]));
    expect((await desk.ticket('a').temporal.describe()).status.name).toBe('RUNNING');
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  it('has others where an entity gets another id', async () => {
    const desk = await begun();
    await desk.ticket('a').update({ entityName: 'Ticket', data: { id: desk.idOf('a'), note: 'written' } });
    await eventually(async () =>
      expect(await desk.handle.data()).toMatchObject({ tickets: [{ note: 'written' }] }),
    );
    await deploy('an entity gets another id');
    await rolled(desk);
    const name = `Ticket-1-${desk.id}`;
    await eventually(async () => expect(await namesOf(desk)).toEqual([`${name} running`]));
    expect(await desk.closed('a')).toBe('CANCELLED');
    const next = new StatefulHandle<TicketData>(env.client, name);
    await eventually(async () => expect(await next.data()).toMatchObject({ title: 'a', note: 'written' }));
    expect(await desk.handle.data()).toMatchObject({ tickets: [{ title: 'a', note: 'written' }] });
    await env.expectNeverWedged(desk.handle.workflowId);
  });
});
