import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIND_ORPHANED } from '../../src/hierarchy/activities';
import { TestDesk } from '../support/desk';
import { TestEnvironment, type WorkflowName } from '../support/environment';
import { eventually } from '../support/eventually';
import { eventsOf } from '../support/history';

/** How a desk ends, and what its tickets do then. */
type How = 'cancelled' | 'completed' | 'failed' | 'terminated';

describe('the end of a parent', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  /** Two tickets, one of them with a comment that has a workflow too. */
  const begun = async (workflow: WorkflowName): Promise<TestDesk> => {
    const desk = new TestDesk(env);
    desk.source.records = [
      desk.record('a', { comments: [{ id: desk.idOf('k'), text: 'x' }] }),
      desk.record('b'),
    ];
    await desk.start(workflow);
    await desk.settled('a', 'b');
    if (workflow !== 'ProvidingMortalDeskWorkflow')
      await eventually(async () =>
        expect(await desk.ticket('a').children()).toMatchObject([{ status: 'running' }]),
      );
    return desk;
  };

  const END: Record<How, (desk: TestDesk) => Promise<unknown>> = {
    cancelled: ({ handle }) => handle.cancel(),
    completed: ({ handle }) => handle.complete(),
    failed: ({ handle, id }) =>
      handle.temporal.signal('update', { entityName: 'Desk', data: { id, name: 'bad' } }),
    terminated: ({ handle }) => handle.temporal.terminate('by a test'),
  };

  const statusOf = async (workflowId: string): Promise<string> =>
    (await env.client.workflow.getHandle(workflowId).describe()).status.name;

  /** Everything below the desk is closed, and says how. */
  const below = async (desk: TestDesk, status: string): Promise<void> => {
    for (const workflowId of [
      desk.ticket('a').workflowId,
      desk.ticket('b').workflowId,
      `Comment-${desk.idOf('k')}`,
    ]) {
      await eventually(async () => expect(await statusOf(workflowId)).not.toBe('RUNNING'));
      expect(await env.client.workflow.getHandle(workflowId).query('status')).toBe(status);
      await env.expectNeverWedged(workflowId);
    }
  };

  /** Waits until a ticket knows that it has no parent any more: it was told, or it has looked. */
  const letGo = (desk: TestDesk, name: string): Promise<void> =>
    eventually(async () => {
      const events = await eventsOf(env.client, desk.ticket(name).workflowId);
      const looks = events.filter(
        (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === FIND_ORPHANED,
      );
      const ids = looks.map((event) => String(event.eventId));
      const told = events.filter(
        (event) =>
          event.workflowExecutionSignaledEventAttributes?.signalName === 'release' ||
          ids.includes(String(event.activityTaskCompletedEventAttributes?.scheduledEventId)),
      );
      expect(told).toHaveLength(1);
    });

  it.each([
    ['cancelled', 'MortalDeskWorkflow', 'CANCELLED'],
    ['completed', 'MortalDeskWorkflow', 'COMPLETED'],
    ['failed', 'MortalDeskWorkflow', 'FAILED'],
    ['terminated', 'MortalDeskWorkflow', 'TERMINATED'],
    // These are said, and so concern no orphan.
    ['cancelled', 'OutlivedDeskWorkflow', 'CANCELLED'],
    ['completed', 'OutlivedDeskWorkflow', 'COMPLETED'],
  ] as const)('that was %s ends everything below a %s', async (how, workflow, closed) => {
    const desk = await begun(workflow);
    await END[how](desk);
    await eventually(async () => expect(await statusOf(desk.handle.workflowId)).toBe(closed));
    await below(desk, how === 'completed' ? 'completed' : 'cancelled');
    if (how === 'failed')
      await expect(desk.handle.result()).rejects.toMatchObject({ cause: { message: 'the name is bad' } });
  });

  it.each(['failed', 'terminated'] as const)('that %s leaves orphans that are kept', async (how) => {
    const desk = await begun('OutlivedDeskWorkflow');
    const run = await desk.runOf('a');
    await END[how](desk);
    await letGo(desk, 'a');
    await letGo(desk, 'b');
    await desk.ticket('a').update({ entityName: 'Ticket', data: { note: 'alone' } });
    await desk.ticket('b').update({ entityName: 'Ticket', data: { note: 'alone too' } });
    expect((await desk.ticket('a').status()).status).toBe('running');
    expect(await desk.ticket('a').children()).toMatchObject([{ status: 'running' }]);
    // A new parent takes them on as they are.
    await desk.start('OutlivedDeskWorkflow');
    await desk.settled('a', 'b');
    expect(await desk.runOf('a')).toBe(run);
    await eventually(async () =>
      expect((await desk.handle.data())?.tickets).toMatchObject([{ note: 'alone' }, { note: 'alone too' }]),
    );
    desk.source.records = [desk.record('a', { title: 'again' })];
    await desk.handle.refresh();
    await desk.holds('a', { title: 'again', note: 'alone' });
    expect(await desk.closed('b')).toBe('CANCELLED');
    await env.expectNeverWedged(desk.ticket('a').workflowId);
  });

  it.each(['MortalDeskWorkflow', 'OutlivedDeskWorkflow'] as const)(
    'that nobody told of shows by a signal that fails: %s',
    async (workflow) => {
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a')];
      // Nobody looks so soon.
      await desk.start(
        workflow === 'MortalDeskWorkflow' ? 'PatientDeskWorkflow' : 'PatientKeepingDeskWorkflow',
      );
      await desk.settled('a');
      await END.terminated(desk);
      await desk.ticket('a').temporal.signal('update', { entityName: 'Ticket', data: { note: 'x' } });
      if (workflow === 'MortalDeskWorkflow') {
        expect(await desk.closed('a')).toBe('CANCELLED');
        expect((await desk.ticket('a').status()).status).toBe('cancelled');
      } else {
        await desk.holds('a', { note: 'x' });
        await desk.ticket('a').update({ entityName: 'Ticket', data: { note: 'y' } });
        expect((await desk.ticket('a').status()).status).toBe('running');
      }
    },
  );

  it('that is started anew at once leaves no child over whose item is gone meanwhile', async () => {
    const desk = await begun('MortalDeskWorkflow');
    desk.source.records = [desk.record('a')];
    await END.terminated(desk);
    await desk.start('MortalDeskWorkflow');
    expect(await desk.closed('b')).toBe('CANCELLED');
    await desk.settled('a');
  });

  it('has a kept orphan load by itself what its parent loaded for it', async () => {
    const desk = await begun('ProvidingMortalDeskWorkflow');
    const own = env.sources.of(desk.idOf('a'), 'ticket');
    own.records = [{ id: desk.idOf('a'), title: 'its own' }];
    expect(await desk.ticket('a').sources()).toEqual({});
    await END.terminated(desk);
    await desk.holds('a', { title: 'its own' });
    expect(await desk.ticket('a').sources()).toMatchObject({ ticket: { lastOutcome: 'snapshot' } });
  });

  it('still ends an orphan that was kept, continued as new, and was taken on again', async () => {
    const desk = await begun('ProvidingMortalDeskWorkflow');
    await END.terminated(desk);
    await eventually(async () => expect(await desk.ticket('a').sources()).toHaveProperty('ticket'));
    const run = await desk.runOf('a');
    await eventually(async () => {
      await desk.ticket('a').temporal.signal('nonsense');
      expect(await desk.runOf('a')).not.toBe(run);
    });
    await desk.start('ProvidingMortalDeskWorkflow');
    await desk.settled('a', 'b');
    await eventually(async () => expect(await desk.ticket('a').sources()).toEqual({}));
    await END.completed(desk);
    expect(await desk.closed('a')).toBe('COMPLETED');
    expect(await desk.closed('b')).toBe('COMPLETED');
  });

  it('costs no history to watch for', async () => {
    const desk = await begun('MortalDeskWorkflow');
    const looked = async (times: number): Promise<number> =>
      eventually(async () => {
        const { historyLength, raw } = await desk.ticket('b').temporal.describe();
        expect(raw.pendingActivities?.[0]?.attempt ?? 0).toBeGreaterThanOrEqual(times);
        return historyLength;
      });
    const before = await looked(1);
    expect(await looked(4)).toBe(before);
  });
});
