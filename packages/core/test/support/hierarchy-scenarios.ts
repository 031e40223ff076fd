import { expect } from 'vitest';
import { TestDesk } from './desk';
import type { TestEnvironment, WorkflowName } from './environment';
import { eventually } from './eventually';
import type { Recorded, Scenario } from './scenarios';
import { CRM } from './secrets';

const INPUT = { apiUrl: CRM, apiToken: 'secret:FIRST' };

async function begun(env: TestEnvironment, workflow?: WorkflowName): Promise<TestDesk> {
  const desk = new TestDesk(env);
  desk.source.records = [
    desk.record('a', { comments: [{ id: desk.idOf('k'), text: 'x' }] }),
    desk.record('b'),
  ];
  await desk.start(workflow, INPUT);
  await desk.settled('a', 'b');
  return desk;
}

/** The desk ends with everything below it; its history is kept, and that of some of its tickets. */
async function ended(desk: TestDesk, ...tickets: readonly string[]): Promise<readonly Recorded[]> {
  await desk.handle.complete();
  await desk.handle.result();
  for (const name of tickets) await desk.closed(name);
  return [
    { workflowId: desk.handle.workflowId, as: 'desk' },
    ...tickets.map((name) => ({ workflowId: desk.ticket(name).workflowId, as: `ticket_${name}` })),
  ];
}

const note = (desk: TestDesk, name: string, text: string): Promise<void> =>
  desk.ticket(name).temporal.signal('update', { entityName: 'Ticket', data: { note: text } });

/** Waits until the desk holds what a ticket was told. */
const noted = (desk: TestDesk, text: string): Promise<void> =>
  eventually(async () =>
    expect((await desk.handle.data())?.tickets).toContainEqual(expect.objectContaining({ note: text })),
  );

/** What parents and children live through together. */
export const HIERARCHY_SCENARIOS: Readonly<Record<string, Scenario>> = {
  async children(env) {
    const desk = await begun(env);
    await note(desk, 'a', 'from below');
    await noted(desk, 'from below');
    desk.source.records = [
      desk.record('a', { title: 'A', comments: [{ id: desk.idOf('k2'), text: 'y' }] }),
      desk.record('c'),
    ];
    await desk.handle.refresh();
    await desk.holds('a', { title: 'A', comments: [{ text: 'y' }] });
    await desk.settled('a', 'c');
    await desk.closed('b');
    await desk.handle.update({ entityName: 'Ticket', data: { id: desk.idOf('c'), title: 'C' } });
    await desk.holds('c', { title: 'C' });
    return ended(desk, 'a', 'b', 'c');
  },

  async 'children-token'(env) {
    const desk = await begun(env);
    await desk.handle.rotateToken('secret:SECOND');
    await eventually(async () =>
      expect(await desk.ticket('b').apiToken()).toMatchObject({ reference: 'secret:SECOND' }),
    );
    return ended(desk, 'a');
  },

  async 'children-pause'(env) {
    const desk = await begun(env);
    await desk.handle.pause();
    await eventually(async () => expect((await desk.ticket('a').status()).status).toBe('paused'));
    await note(desk, 'a', 'while paused');
    await desk.handle.resume();
    await eventually(async () => expect((await desk.ticket('a').status()).status).toBe('running'));
    await noted(desk, 'while paused');
    return ended(desk, 'a');
  },

  async 'children-cancelled'(env) {
    const desk = await begun(env);
    const run = await desk.runOf('a');
    await desk.ticket('a').cancel();
    await eventually(async () => expect(await desk.runOf('a')).not.toBe(run));
    await desk.settled('a', 'b');
    const { runId } = await desk.handle.temporal.describe();
    await desk.ticket('b').temporal.terminate('by a scenario');
    await desk.settled('a', 'b');
    expect((await desk.handle.temporal.describe()).runId).toBe(runId);
    return ended(desk, 'a');
  },

  async 'children-continue-as-new'(env) {
    const desk = await begun(env, 'RollingBothDeskWorkflow');
    const seen = new Set<string>();
    const continues = async (handle: TestDesk['handle'] | ReturnType<TestDesk['ticket']>): Promise<void> => {
      const { runId } = await handle.temporal.describe();
      await eventually(async () => {
        const text = `note ${seen.size}`;
        seen.add(text);
        await note(desk, 'a', text);
        await noted(desk, text);
        expect((await handle.temporal.describe()).runId).not.toBe(runId);
      });
    };
    await continues(desk.handle);
    await continues(desk.ticket('a'));
    return ended(desk, 'a');
  },

  async 'children-failed'(env) {
    const desk = await begun(env, 'MortalDeskWorkflow');
    for (const title of ['bad', 'good']) {
      desk.source.records = [desk.record('a', { title }), desk.record('b')];
      await desk.handle.refresh();
      await desk.eventually((children) =>
        expect(children[0]).toMatchObject({ status: title === 'bad' ? 'failed' : 'running' }),
      );
    }
    return ended(desk, 'a', 'b');
  },

  async orphans(env) {
    const desk = await begun(env, 'ProvidingMortalDeskWorkflow');
    await desk.handle.temporal.terminate('by a scenario');
    // Nobody loads for them any more: they have noticed.
    for (const name of ['a', 'b'])
      await eventually(async () => expect(await desk.ticket(name).sources()).toHaveProperty('ticket'));
    await desk.start('ProvidingMortalDeskWorkflow', INPUT);
    await desk.settled('a', 'b');
    await eventually(async () => expect(await desk.ticket('a').sources()).toEqual({}));
    return ended(desk, 'a');
  },

  async subscriptions(env) {
    const [desk, listener] = [await begun(env), new TestDesk(env)];
    await listener.start('DeskWorkflow', INPUT);
    const to = { workflowId: listener.handle.workflowId, selector: 'Ticket' };
    await desk.handle.subscribe({ ...to, subscriptionId: 's_1', signalName: 'update' });
    await desk.handle.subscribe({ ...to, subscriptionId: 's_2', signalName: 'delete' });
    await desk.handle.subscribe({
      ...to,
      workflowId: `nobody-${desk.id}`,
      subscriptionId: 's_3',
      signalName: 'update',
    });
    await note(desk, 'a', 'heard');
    const heard = async (): Promise<unknown> => (await listener.handle.state())['Ticket'];
    await eventually(async () => expect(await heard()).toHaveProperty([desk.idOf('a'), 'note'], 'heard'));
    desk.source.records = [desk.record('b')];
    await desk.handle.refresh();
    await eventually(async () => expect(await heard()).not.toHaveProperty(desk.idOf('a')));
    await desk.handle.unsubscribe({ workflowId: to.workflowId, subscriptionId: 's_1' });
    const recorded = await ended(desk);
    await listener.handle.complete();
    await listener.handle.result();
    return [...recorded, { workflowId: listener.handle.workflowId, as: 'listener' }];
  },
};
